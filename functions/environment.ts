import * as z from 'zod/mini'
import { parseNetwork } from './domain/ip-address.ts'
import { parseRetrySchedule } from './domain/retry-schedule.ts'
import type { UrlPolicy } from './domain/webhook-url.ts'

/** A variable of the environment is missing or unreadable; the message names every one. */
export class InvalidEnvironment extends Error {
  override name = 'InvalidEnvironment'
}

const text = z.string('is missing.').check(z.minLength(1, 'is empty.'))
const optionalText = z.pipe(
  z.optional(z.string()),
  z.transform((value) => value || undefined),
)
const parsed = <Value>(read: (text: string) => Value) =>
  z.pipe(
    z.string(),
    z.transform((value, context) => {
      try {
        return read(value)
      } catch (error) {
        context.issues.push({ code: 'custom', message: String(error), input: value })
        return z.NEVER
      }
    }),
  )
const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((value) => value === 'true'),
)
const dayMs = 86_400_000

/** Every variable that a function may read. */
const Variables = z.object({
  CONFIG_TABLE: text,
  LOG_TABLE: text,
  FAN_OUT_QUEUE_URL: text,
  DELIVERY_QUEUE_URL: text,
  FAN_OUT_DEAD_LETTERS_URL: text,
  DELIVERY_DEAD_LETTERS_URL: text,
  KMS_KEY_ID: text,
  OPERATOR_TOKEN_SECRET: text,
  /** The ARN of the topic that reaches the operator. */
  NOTICES_TOPIC: text,
  /** Days as text, milliseconds when read; `off`: undefined. */
  DISABLE_AFTER_DAYS: parsed((days) => (days === 'off' ? undefined : daysMs(days))),
  /** The stack: what its metrics are told apart by. */
  SERVICE_NAME: text,
  /** Whether what happens to events and deliveries is logged, a line each. */
  LOG_EVENTS: flag,
  /** Days as text, milliseconds when read. */
  RETENTION_DAYS: parsed(daysMs),
  ALLOWED_NETWORKS: parsed((networks) => entriesOf(networks).map(parseNetwork)),
  ALLOW_HTTP: flag,
  ALLOWED_PORTS: parsed((ports) => (ports === '*' ? ('any' as const) : entriesOf(ports).map(portOf))),
  RETRY_SCHEDULE: parsed((schedule) => parseRetrySchedule(entriesOf(schedule))),
})

/** What Lambda itself sets; the SDK reads it by its own means. */
const Caller = z.object({
  AWS_REGION: text,
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  AWS_SESSION_TOKEN: optionalText,
  AWS_ENDPOINT_URL: optionalText,
})

const stores = { CONFIG_TABLE: true, LOG_TABLE: true, RETENTION_DAYS: true } as const
const telemetry = { SERVICE_NAME: true, LOG_EVENTS: true } as const
const urlPolicy = { ALLOWED_NETWORKS: true, ALLOW_HTTP: true, ALLOWED_PORTS: true } as const

/** What each function reads; the stack must give it exactly this. */
export const environments = {
  ingest: z.pick(Variables, {
    ...stores,
    ...telemetry,
    FAN_OUT_QUEUE_URL: true,
    DELIVERY_QUEUE_URL: true,
    RETRY_SCHEDULE: true,
    KMS_KEY_ID: true,
    OPERATOR_TOKEN_SECRET: true,
  }),
  fanOut: z.pick(Variables, { ...stores, ...telemetry, DELIVERY_QUEUE_URL: true, RETRY_SCHEDULE: true }),
  deliver: z.pick(Variables, {
    ...stores,
    ...telemetry,
    ...urlPolicy,
    DELIVERY_QUEUE_URL: true,
    KMS_KEY_ID: true,
    RETRY_SCHEDULE: true,
  }),
  sweep: z.pick(Variables, {
    ...stores,
    FAN_OUT_QUEUE_URL: true,
    DELIVERY_QUEUE_URL: true,
    NOTICES_TOPIC: true,
    DISABLE_AFTER_DAYS: true,
  }),
  admin: z.pick(Variables, {
    ...stores,
    ...urlPolicy,
    ...{ FAN_OUT_QUEUE_URL: true, FAN_OUT_DEAD_LETTERS_URL: true },
    ...{ DELIVERY_QUEUE_URL: true, DELIVERY_DEAD_LETTERS_URL: true },
    KMS_KEY_ID: true,
  }),
  authorize: z.pick(Variables, { CONFIG_TABLE: true, OPERATOR_TOKEN_SECRET: true }),
  console: z.object({}),
} as const

/** A function's environment, parsed. */
export type EnvironmentOf<Name extends keyof typeof environments> = z.output<(typeof environments)[Name]>

/** The names of the variables that a function reads. */
export type VariableOf<Name extends keyof typeof environments> = keyof EnvironmentOf<Name> & string

/**
 * A function's environment, read and parsed; call it once, when the function starts.
 * @throws InvalidEnvironment.
 */
export function readEnvironment<Schema extends z.ZodMiniType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.output<Schema> {
  const { success, data, error } = z.safeParse(schema, environment)
  if (success) return data
  throw new InvalidEnvironment(
    error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}

/** Who asks AWS, and where; read at each call, in case the keys are renewed. */
export function awsCaller() {
  const caller = readEnvironment(Caller)
  return {
    region: caller.AWS_REGION,
    endpoint: caller.AWS_ENDPOINT_URL,
    accessKeyId: caller.AWS_ACCESS_KEY_ID,
    secretAccessKey: caller.AWS_SECRET_ACCESS_KEY,
    sessionToken: caller.AWS_SESSION_TOKEN,
  }
}

/** Where webhooks may be sent to. */
export function urlPolicyOf(
  environment: Pick<z.output<typeof Variables>, 'ALLOWED_NETWORKS' | 'ALLOW_HTTP' | 'ALLOWED_PORTS'>,
): UrlPolicy {
  const {
    ALLOWED_NETWORKS: allowedNetworks,
    ALLOW_HTTP: allowHttp,
    ALLOWED_PORTS: allowedPorts,
  } = environment
  return { allowedNetworks, allowHttp, allowedPorts }
}

function daysMs(days: string): number {
  if (!/^[1-9]\d{0,3}$/.test(days)) throw new Error('must be a whole number of days.')
  return Number(days) * dayMs
}

function entriesOf(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

function portOf(port: string): number {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`"${port}" is no port.`)
  return Number(port)
}
