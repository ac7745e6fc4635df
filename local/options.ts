import { defaultRetrySchedule, formatRetrySchedule } from '../functions/domain/retry-schedule.ts'

/** One thing that can be set; what it may hold is said in settings.ts. */
export interface Option {
  readonly flag: string
  readonly env: string
  /** What the help calls its value; absent: it is on or off. */
  readonly value?: string
  /** What counts when nobody sets it. */
  readonly fallback: string
  readonly help: string
}

/** All that can be set, in the order of the help. */
export const options = {
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
/** What they are called in the settings. */
export const names = Object.keys(options).filter((name): name is Name => name in options)

/** What `npm start` sets: a receiver on this machine, over plain HTTP, on any port. */
export const developmentValues: Partial<Record<Name, string>> = {
  allowHttp: 'true',
  allowedNetworks: '127.0.0.0/8,::1/128',
  allowedPorts: '*',
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
