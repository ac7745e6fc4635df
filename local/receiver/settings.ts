import * as z from 'zod'
import { isSigningSecret } from '../../functions/domain/signature.ts'
import { InvalidSettings, parseFlags } from '../flags.ts'

interface Option {
  readonly flag: string
  readonly value?: string
  readonly fallback?: string
  readonly help: string
}

const options = {
  port: { flag: 'port', value: 'N', fallback: '9000', help: 'port to listen on; 0 takes any free one' },
  host: { flag: 'host', value: 'ADDRESS', fallback: '127.0.0.1', help: 'address to listen on' },
  secret: {
    flag: 'secret',
    value: 'SECRET',
    help: "the webhook's signing secret, or WEBHOOK_SECRET; what does not verify is answered 401",
  },
  status: { flag: 'status', value: 'CODE', help: 'answer every request with this status, 200 to 599' },
  hang: { flag: 'hang', help: 'never answer' },
  failFirst: {
    flag: 'fail-first',
    value: 'N',
    fallback: '0',
    help: 'answer 503, or --status, to the first N requests of each webhook-id',
  },
  retryAfter: { flag: 'retry-after', value: 'SECONDS', help: 'send Retry-After with every answer but 2xx' },
  delayMs: { flag: 'delay', value: 'MS', fallback: '0', help: 'wait this long before each answer' },
} as const satisfies Record<string, Option>

type Name = keyof typeof options
const names = Object.keys(options).filter((name): name is Name => name in options)

function wholeNumber(min: number, max: number, what: string) {
  const message = `must be ${what}, ${min} to ${max}.`
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((number) => number >= min && number <= max, message)
}

const Settings = z
  .object({
    port: wholeNumber(0, 65_535, 'a port'),
    host: z.string().min(1, 'must be an address such as 127.0.0.1.'),
    secret: z
      .string()
      .refine(isSigningSecret, 'must not be empty, and base64 behind whsec_ where it begins so.')
      .optional(),
    status: wholeNumber(200, 599, 'a status').optional(),
    hang: z.boolean(),
    failFirst: wholeNumber(0, 1_000_000, 'a number of requests'),
    retryAfter: wholeNumber(0, 9_999_999_999, 'whole seconds').optional(),
    delayMs: wholeNumber(0, 600_000, 'milliseconds'),
  })
  .refine(
    ({ hang, status, failFirst, retryAfter, delayMs }) =>
      !hang || (status === undefined && retryAfter === undefined && failFirst === 0 && delayMs === 0),
    { path: ['hang'], message: 'answers nothing, so that no other flag can say what or when to answer.' },
  )

/** How the receiver is to run. */
export type ReceiverSettings = z.output<typeof Settings>

/**
 * The settings that flags give, else defaults; the secret may come from WEBHOOK_SECRET. 'help' when that is asked for.
 * @throws InvalidSettings, one line for each bad one.
 */
export function parseReceiverSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ReceiverSettings | 'help' {
  const flags = parseFlags(args, { flags: Object.values(options), listed: 'flags' })
  if (flags.help === true) return 'help'
  const given = Object.fromEntries(
    names.map((name) => {
      const option: Option = options[name]
      return [name, flags[option.flag] ?? option.fallback]
    }),
  )
  const { success, data, error } = Settings.safeParse({
    ...given,
    // An empty variable is how a shell says that there is none.
    secret: given.secret ?? (environment.WEBHOOK_SECRET || undefined),
    hang: given.hang === true,
  })
  if (success) return data
  const lines = error.issues.map((issue) => {
    const name = names.find((candidate) => candidate === issue.path[0])
    return name === undefined ? issue.message : `--${options[name].flag} ${issue.message}`
  })
  throw new InvalidSettings(lines.join('\n'))
}

/** What `--help` prints. */
export function receiverHelpText(): string {
  const rows = Object.values(options).map((option: Option) => {
    const name = `--${option.flag}${option.value === undefined ? '' : ` ${option.value}`}`
    const fallback = option.fallback === undefined ? '' : ` (default: ${option.fallback})`
    return `  ${name.padEnd(22)} ${option.help}${fallback}`
  })
  return [
    'A receiver to try webhooks with: prints each request and whether its signatures verify, and fails as told.',
    '',
    '  npm run receiver -- --secret whsec-demo',
    '  npm run receiver -- --secret whsec-demo --fail-first 3 --retry-after 10',
    '',
    ...rows,
    `  ${'-h, --help'.padEnd(22)} this text`,
    '',
  ].join('\n')
}
