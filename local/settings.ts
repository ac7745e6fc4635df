import * as z from 'zod'
import { parseDuration } from '../functions/domain/duration.ts'
import { parseNetwork } from '../functions/domain/ip-address.ts'
import {
  defaultRetrySchedule,
  formatRetrySchedule,
  parseRetrySchedule,
} from '../functions/domain/retry-schedule.ts'

import { InvalidSettings, parseFlags } from './flags.ts'

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

interface Option {
  readonly flag: string
  readonly env: string
  readonly value?: string
  readonly fallback: string
  readonly help: string
  readonly short?: string
}

const options = {
  port: {
    flag: 'port',
    env: 'PORT',
    value: 'N',
    fallback: '8787',
    help: 'port to listen on; 0 takes any free one',
  },
  host: { flag: 'host', env: 'HOST', value: 'ADDRESS', fallback: '127.0.0.1', help: 'address to listen on' },
  dataDir: {
    flag: 'data',
    env: 'DATA_DIR',
    value: 'FOLDER',
    fallback: './data',
    help: 'folder for all data; made when missing',
  },
  adminToken: {
    flag: 'admin-token',
    env: 'ADMIN_TOKEN',
    value: 'TOKEN',
    fallback: '',
    help: 'token with all scopes; default: made at the first start and printed once',
  },
  allowedNetworks: {
    flag: 'allow-network',
    env: 'ALLOWED_NETWORKS',
    value: 'CIDR,…',
    fallback: '',
    help: 'private networks that webhooks may be sent to',
  },
  allowHttp: {
    flag: 'allow-http',
    env: 'ALLOW_HTTP',
    fallback: 'false',
    help: 'let webhooks be sent over plain HTTP',
  },
  allowedPorts: {
    flag: 'allow-port',
    env: 'ALLOWED_PORTS',
    value: 'N,…',
    fallback: '443,8443',
    help: 'ports that webhooks may be sent to; * for all',
  },
  retention: {
    flag: 'retention',
    env: 'RETENTION',
    value: 'TIME',
    fallback: '30d',
    help: 'how long events and the log are kept',
  },
  disableAfter: {
    flag: 'disable-after',
    env: 'DISABLE_AFTER',
    value: 'TIME',
    fallback: '5d',
    help: 'a webhook with nothing but failures for so long is turned off; off: never',
  },
  retrySchedule: {
    flag: 'retry-schedule',
    env: 'RETRY_SCHEDULE',
    value: 'TIME,…',
    fallback: formatRetrySchedule(defaultRetrySchedule).join(','),
    help: 'waits before each attempt, the first included',
  },
  logEvents: {
    flag: 'log-events',
    env: 'LOG_EVENTS',
    value: 'BOOLEAN',
    fallback: 'true',
    help: 'log a line for each event accepted and fanned out, and each attempt',
  },
} as const satisfies Record<string, Option>

type Name = keyof typeof options
const names = Object.keys(options).filter((name): name is Name => name in options)

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

/** What `npm start` sets: a receiver on this machine, over plain HTTP, on any port. */
const developmentValues: Partial<Record<Name, string>> = {
  allowHttp: 'true',
  allowedNetworks: '127.0.0.0/8,::1/128',
  allowedPorts: '*',
}

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

/** What `--help` prints. */
export function helpText(): string {
  const rows = Object.values(options).map((option: Option) => {
    const name = `--${option.flag}${option.value === undefined ? '' : ` ${option.value}`}`
    const fallback = option.fallback === '' ? '' : ` (default: ${option.fallback})`
    return `  ${name.padEnd(24)} ${option.env.padEnd(18)} ${option.help}${fallback}`
  })
  return [
    'Outgoing webhooks for Sourcegraph, on one machine.',
    '',
    '  npm start        development: loopback receivers, plain HTTP and any port are allowed',
    '  npm run serve    strict: public receivers over HTTPS only, unless you allow more',
    '',
    'Settings, by flag (npm start -- --port 9000) or environment; the flag wins:',
    ...rows,
    `  ${'--development'.padEnd(24)} ${''.padEnd(18)} what npm start gives: see above`,
    `  ${'-h, --help'.padEnd(24)} ${''.padEnd(18)} this text`,
    '',
  ].join('\n')
}
