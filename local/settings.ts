import * as z from 'zod'
import { parseDuration } from '../functions/domain/duration.ts'
import { parseNetwork } from '../functions/domain/ip-address.ts'
import { parseRetrySchedule } from '../functions/domain/retry-schedule.ts'
import { InvalidSettings, parseFlags } from './flags.ts'
import { developmentValues, names, type Option, options } from './options.ts'

function asIssue<In, Out>(parse: (input: In) => Out) {
  return (input: In, context: z.RefinementCtx): Out => {
    try {
      return parse(input)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error))
      return z.NEVER
    }
  }
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)
const dayMs = 86_400_000
const flag = z
  .enum(['true', 'false', '1', '0', ''], 'must be true or false.')
  .transform((text) => text === 'true' || text === '1')
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535.')
  .transform(Number)
  .refine((number) => number <= 65_535, 'must be a port, 0 to 65535.')

const Settings = z.object({
  port,
  host: z.string().min(1, 'must be an address such as 127.0.0.1.'),
  dataDir: z.string().min(1, 'must be a folder.'),
  adminToken: z
    .string()
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces.')
    .transform((token) => (token === '' ? undefined : token)),
  allowedNetworks: list.transform(asIssue((entries: string[]) => entries.map(parseNetwork))),
  allowHttp: flag,
  allowedPorts: list.transform(
    asIssue((entries: string[]) => {
      if (entries.includes('*')) return 'any' as const
      if (entries.length === 0) throw new Error('must name at least one port, or * for all.')
      return entries.map((entry) => {
        const { success, data } = port.safeParse(entry)
        if (!success) throw new Error(`"${entry}" is no port: must be a port, 0 to 65535.`)
        return data
      })
    }),
  ),
  retention: z.string().transform(
    asIssue((text: string) => {
      const durationMs = parseDuration(text)
      if (durationMs === undefined || durationMs === 0)
        throw new Error('must be a duration such as 30d, 72h or 90m.')
      return durationMs
    }),
  ),
  disableAfter: z.string().transform(
    asIssue((text: string) => {
      if (text === 'off') return undefined
      const durationMs = parseDuration(text)
      if (durationMs === undefined || durationMs < dayMs || durationMs > 30 * dayMs)
        throw new Error('must be a duration from 1d to 30d, or off.')
      return durationMs
    }),
  ),
  retrySchedule: list.transform(asIssue(parseRetrySchedule)),
  logEvents: flag,
})

/** Everything that can be set; `retention` and `disableAfter` in milliseconds. */
export type Settings = z.output<typeof Settings> & { readonly development: boolean }

/**
 * The settings that flags, else the environment, else defaults give; 'help' when they are asked for.
 * @throws InvalidSettings naming every bad one.
 */
export function parseSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings | 'help' {
  const flags = parseFlags(args, {
    flags: [...Object.values(options), { flag: 'development' }],
    listed: 'settings',
  })
  if (flags.help === true) return 'help'
  const development = flags.development === true
  const given = Object.fromEntries(
    names.map((name) => {
      const option: Option = options[name]
      const fallback = (development ? developmentValues[name] : undefined) ?? option.fallback
      // An empty variable counts as unset, as in most shells' scripts.
      const value = flags[option.flag] ?? (environment[option.env] || undefined)
      return [name, value === undefined ? fallback : String(value)]
    }),
  )
  const { success, data, error } = Settings.safeParse(given)
  if (success) return { ...data, development }
  const lines = error.issues.map((issue) => {
    const name = names.find((candidate) => candidate === issue.path[0])
    return name === undefined
      ? issue.message
      : `--${options[name].flag} (${options[name].env}): ${issue.message}`
  })
  throw new InvalidSettings(lines.join('\n'))
}
