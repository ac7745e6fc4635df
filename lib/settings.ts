import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Node } from 'constructs'
import * as z from 'zod'
import { parseNetwork } from '../functions/domain/ip-address.ts'
import {
  defaultRetrySchedule,
  formatRetrySchedule,
  parseRetrySchedule,
} from '../functions/domain/retry-schedule.ts'
import type { functionNames } from './function-names.ts'
import { flag, id, list, readableAs, record, whole } from './setting-kinds.ts'

/** A setting has a value that it cannot have; the message names it and says what to give. */
export class InvalidSettings extends Error {
  override name = 'InvalidSettings'
}

const tableName = z
  .string()
  .regex(/^[\w.-]{3,255}$/, 'must be the name of a table.')
  .optional()
const logRetentions = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9_999)
const reservation = whole(1, 10_000).optional()

const Settings = z
  .strictObject({
    /** How long events and the delivery log are kept. */
    retentionDays: whole(1, 365).default(30),
    /** How long CloudWatch keeps what the functions and the API log. */
    logRetentionDays: whole(1, 3_653)
      .refine((days) => logRetentions.includes(days), `must be one of ${logRetentions.join(', ')}.`)
      .default(30),
    /** Private networks (CIDR) that webhooks may be sent to. */
    allowedNetworks: list(readableAs(parseNetwork)).default([]),
    allowHttp: flag.default(false),
    /** Ports that webhooks may be sent to; `*` for all. */
    allowedPorts: list(z.union([z.literal('*'), whole(0, 65_535)], 'must be a port, or * for all.'))
      .refine((ports) => ports.length > 0, 'must name at least one port, or * for all.')
      .default([443, 8443]),
    /** A webhook with nothing but failures for so many days is turned off; `off`: never. */
    disableAfterDays: z
      .union([z.literal('off'), whole(1, 30)], 'must be a whole number, 1 to 30, or off.')
      .default(5),
    /** Waits before each attempt, the first included. */
    retrySchedule: list(z.string())
      .superRefine((entries, context) => {
        try {
          parseRetrySchedule(entries)
        } catch (error) {
          context.addIssue(error instanceof Error ? error.message : String(error))
        }
      })
      .default(formatRetrySchedule(defaultRetrySchedule)),
    /** Who is mailed when an alarm goes off; SNS asks them to confirm first. */
    alarmEmail: z.email('must be an e-mail address.').optional(),
    /** Where alarms point to; each appends its own anchor. */
    runbookUrl: z.string().min(1).default('docs/operations.md'),
    endpoint: z.enum(['regional', 'private'], 'must be regional or private.').default('regional'),
    /** For a private endpoint: the VPC endpoints (execute-api) that it is reached by. */
    vpcEndpointIds: list(id('vpce')).default([]),
    domainName: z
      .string()
      .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host name such as webhooks.example.com.')
      .optional(),
    /** The certificate for the domain name, in the stack's region. */
    certificateArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:/, 'must be the ARN of an ACM certificate.')
      .optional(),
    /** Tables and a key that are there already, to be used in place of new ones: after a restore, or after the stack was removed. */
    existing: record(
      z.strictObject(
        {
          configTable: tableName,
          logTable: tableName,
          secretsKeyArn: z
            .string()
            .regex(/^arn:aws[a-z-]*:kms:[^:]+:\d+:key\/[\w-]+$/, 'must be the ARN of a KMS key.')
            .optional(),
        },
        'must be an object with configTable, logTable or secretsKeyArn.',
      ),
    ).default({}),
    /** The VPC that deliveries are sent from, to reach receivers in private networks. */
    vpc: record(
      z.strictObject(
        {
          vpcId: id('vpc'),
          subnetIds: list(id('subnet')).refine((ids) => ids.length > 0, 'must name at least one subnet.'),
          securityGroupIds: list(id('sg')).default([]),
        },
        'must be an object with vpcId, subnetIds and securityGroupIds.',
      ),
    ).optional(),
    /** Who judges the tokens of admin requests: a function that API Gateway asks first, or the admin function itself. */
    authorizer: z.enum(['gateway', 'admin'], 'must be gateway or admin.').default('gateway'),
    dashboard: flag.default(true),
    /** Whether each event accepted and fanned out and each attempt is a line in the functions' logs. */
    logEvents: flag.default(true),
    /** AWS WAF before the API: known bad addresses and floods. */
    waf: flag.default(false),
    /** What the API takes, all callers together; more is answered 429. */
    requestsPerSecond: whole(1, 10_000).default(500),
    requestBurst: whole(1, 5_000).default(1_000),
    /** Most batches of ten deliveries that are under way at once. */
    concurrentDeliveries: whole(2, 1_000).default(200),
    concurrentFanOuts: whole(2, 1_000).default(20),
    /** Concurrency set aside for a function, and its upper bound. None by default: new accounts have too little to share. */
    reservedConcurrency: record(
      z.strictObject(
        {
          ingest: reservation,
          fanOut: reservation,
          deliver: reservation,
          sweep: reservation,
          admin: reservation,
          authorize: reservation,
          console: reservation,
        } satisfies Record<(typeof functionNames)[number], unknown>,
        'must be an object of whole numbers by function.',
      ),
    ).default({}),
  })
  .superRefine((settings, context) => {
    const fail = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (settings.endpoint === 'private' && settings.vpcEndpointIds.length === 0)
      fail('vpcEndpointIds', 'must name the VPC endpoints that a private API is reached by.')
    if (settings.endpoint === 'regional' && settings.vpcEndpointIds.length > 0)
      fail('vpcEndpointIds', 'is for a private API: set endpoint to private.')
    if ((settings.domainName === undefined) !== (settings.certificateArn === undefined))
      fail('domainName', 'and certificateArn must be given together.')
    if (settings.domainName !== undefined && settings.endpoint === 'private')
      fail('domainName', 'is for a regional API; a private one is reached by its VPC endpoint.')
  })

/** Everything that can be set for a stage. */
export type Settings = z.output<typeof Settings>

/**
 * The settings of the stage that the context names: what `-c` gives, else the stage's entry in cdk.json, else defaults.
 * @throws InvalidSettings naming every bad one.
 */
export function settingsOf(context: Pick<Node, 'tryGetContext'>): { stage: string; settings: Settings } {
  const stage: unknown = context.tryGetContext('stage') ?? 'development'
  if (typeof stage !== 'string' || !/^[a-z][a-z0-9-]{0,29}$/i.test(stage))
    throw new InvalidSettings('stage: must be a name of letters, digits and hyphens, at most 30.')
  const { success, data, error } = stagesSchema.safeParse(context.tryGetContext('stages') ?? {})
  if (!success) throw new InvalidSettings(`stages in cdk.json: ${error.issues[0]?.message}`)
  const given = data[stage]
  if (given === undefined)
    throw new InvalidSettings(
      `stage: "${stage}" is not among the stages of cdk.json (${Object.keys(data).join(', ') || 'none'}).`,
    )
  const overrides = Object.keys(Settings.shape).flatMap((name) => {
    const value: unknown = context.tryGetContext(name)
    return value === undefined ? [] : [[name, value]]
  })
  return { stage, settings: parseSettings({ ...given, ...Object.fromEntries(overrides) }) }
}

const stagesSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

/**
 * Settings from values by name; what is left out has its default.
 * @throws InvalidSettings naming every bad one.
 */
export function parseSettings(given: Readonly<Record<string, unknown>>): Settings {
  const { success, data, error } = Settings.safeParse(given)
  if (success) return data
  throw new InvalidSettings(
    error.issues
      .map((issue) =>
        issue.code === 'unrecognized_keys'
          ? `${[...issue.path, ''].join('.')}${issue.keys.join(', ')}: there is no such setting.`
          : `${issue.path.join('.')}: ${issue.message}`,
      )
      .join('\n'),
  )
}
