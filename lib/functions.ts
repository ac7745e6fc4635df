import { Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { VariableOf } from '../functions/environment.ts'
import type { FunctionName } from './function-names.ts'
import type { Notices } from './notices.ts'
import type { OperatorToken } from './operator-token.ts'
import type { SecretsKey } from './secrets-key.ts'
import { ServiceFunction, type ServiceFunctionProps } from './service-function.ts'
import type { Settings } from './settings.ts'
import type { Tables } from './tables.ts'
import type { Undelivered } from './undelivered.ts'
import type { WorkQueue } from './work-queue.ts'

export interface FunctionsProps {
  readonly tables: Tables
  readonly secretsKey: SecretsKey
  readonly operatorToken: OperatorToken
  readonly fanOutQueue: WorkQueue
  readonly deliveryQueue: WorkQueue
  readonly undelivered: Undelivered
  readonly notices: Notices
  readonly settings: Settings
}

/** Of the functions that queues feed: those queues hide a batch for six times as long. */
export const fanOutTimeoutSeconds = 30
/** A delivery may take 15 s; the rest is for the tables, which may throttle. */
export const deliverTimeoutSeconds = 30

type Own = Pick<
  ServiceFunctionProps,
  'description' | 'memoryMb' | 'timeoutSeconds' | 'feedsItself' | 'vpc'
> & {
  /** Absent: the one with the function's name. */
  readonly entry?: string
  readonly more?: Readonly<Record<string, string>>
}

/** The seven functions, each with the variables that it reads and the permissions that it needs, and no others. */
export class Functions extends Construct {
  readonly ingest: ServiceFunction
  readonly fanOut: ServiceFunction
  readonly deliver: ServiceFunction
  readonly sweep: ServiceFunction
  readonly admin: ServiceFunction
  readonly authorize: ServiceFunction
  readonly console: ServiceFunction
  readonly #props: FunctionsProps

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id)
    const { tables, secretsKey, operatorToken, fanOutQueue, deliveryQueue, settings } = props
    this.#props = props
    const config = { CONFIG_TABLE: tables.config.tableName }
    const log = { LOG_TABLE: tables.log.tableName, RETENTION_DAYS: String(settings.retentionDays) }
    const key = { KMS_KEY_ID: secretsKey.key.keyId }
    const token = { OPERATOR_TOKEN_SECRET: operatorToken.secret.secretArn }
    const fanOuts = { FAN_OUT_QUEUE_URL: fanOutQueue.queue.queueUrl }
    const deliveries = { DELIVERY_QUEUE_URL: deliveryQueue.queue.queueUrl }
    const telemetry = { SERVICE_NAME: Stack.of(this).stackName, LOG_EVENTS: String(settings.logEvents) }
    const schedule = { RETRY_SCHEDULE: settings.retrySchedule.join(',') }
    const urlPolicy = {
      ALLOWED_NETWORKS: settings.allowedNetworks.join(','),
      ALLOW_HTTP: String(settings.allowHttp),
      ALLOWED_PORTS: settings.allowedPorts.includes('*') ? '*' : settings.allowedPorts.join(','),
    }

    this.ingest = this.#add(
      'ingest',
      { ...config, ...log, ...key, ...token, ...fanOuts, ...deliveries, ...schedule, ...telemetry },
      { description: 'Accepts events: stores, queues, answers', memoryMb: 512, timeoutSeconds: 15 },
    )
    tables.grantUpdateConfig(this.ingest)
    tables.grantReadWriteLog(this.ingest)
    secretsKey.grantOpen(this.ingest, 'src')
    operatorToken.grantRead(this.ingest)
    fanOutQueue.grantSend(this.ingest)
    deliveryQueue.grantSend(this.ingest)

    this.fanOut = this.#add(
      'fanOut',
      { ...config, ...log, ...deliveries, ...schedule, ...telemetry },
      {
        description: 'Finds the webhooks that want an event, and queues a delivery for each',
        memoryMb: 256,
        timeoutSeconds: fanOutTimeoutSeconds,
      },
    )
    tables.grantReadConfig(this.fanOut)
    tables.grantReadWriteLog(this.fanOut)
    deliveryQueue.grantSend(this.fanOut)
    fanOutQueue.feed(this.fanOut, settings.concurrentFanOuts)

    this.deliver = this.#add(
      'deliver',
      {
        ...config,
        ...log,
        ...key,
        ...deliveries,
        ...schedule,
        ...urlPolicy,
        ...telemetry,
      },
      {
        description: 'Signs and sends deliveries, and logs what came of them',
        memoryMb: 256,
        timeoutSeconds: deliverTimeoutSeconds,
        feedsItself: true,
        vpc: settings.vpc,
        // Names are looked up in this pool; with Node's four threads, slow names would hold up all others.
        more: { UV_THREADPOOL_SIZE: '16' },
      },
    )
    tables.grantUpdateConfig(this.deliver)
    tables.grantReadWriteLog(this.deliver)
    secretsKey.grantOpen(this.deliver, 'whk')
    deliveryQueue.grantSend(this.deliver)
    deliveryQueue.feed(this.deliver, settings.concurrentDeliveries)

    this.sweep = this.#add(
      'sweep',
      {
        ...config,
        ...log,
        ...fanOuts,
        ...deliveries,
        NOTICES_TOPIC: props.notices.topic.topicArn,
        DISABLE_AFTER_DAYS: String(settings.disableAfterDays),
      },
      {
        description: 'Every minute: queues what is due, lost or replayed, turns off webhooks that only fail',
        // A whole processor. The audit of a thousand events a second and a replay, four writes a delivery, are bound by it:
        // a smaller share would take longer by as much, for the same price, and the audit would fall behind.
        memoryMb: 1_769,
        // More than its period: after an outage much is due at once, and two runs do each other no harm.
        timeoutSeconds: 120,
      },
    )
    tables.grantUpdateConfig(this.sweep)
    tables.grantTurnOff(this.sweep)
    props.notices.grantPublish(this.sweep)
    tables.grantReadWriteLog(this.sweep)
    fanOutQueue.grantSend(this.sweep)
    deliveryQueue.grantSend(this.sweep)

    this.admin = this.#add(
      'admin',
      {
        ...config,
        ...log,
        ...key,
        ...fanOuts,
        ...deliveries,
        FAN_OUT_DEAD_LETTERS_URL: fanOutQueue.deadLetters.queueUrl,
        DELIVERY_DEAD_LETTERS_URL: deliveryQueue.deadLetters.queueUrl,
        ...urlPolicy,
      },
      // API Gateway waits for 29 s.
      {
        description: 'Answers the admin API',
        memoryMb: 512,
        timeoutSeconds: 29,
        ...(settings.authorizer === 'admin' && { entry: 'admin-with-authorizer', more: token }),
      },
    )
    if (settings.authorizer === 'admin') operatorToken.grantRead(this.admin)
    tables.grantManageConfig(this.admin)
    tables.grantReadWriteLog(this.admin)
    secretsKey.grantSeal(this.admin)
    deliveryQueue.grantSend(this.admin)
    for (const queue of [fanOutQueue, deliveryQueue]) queue.grantCount(this.admin)

    this.authorize = this.#add(
      'authorize',
      { ...config, ...token },
      { description: 'Judges the tokens of admin requests', memoryMb: 256, timeoutSeconds: 10 },
    )
    tables.grantGetConfig(this.authorize)
    operatorToken.grantRead(this.authorize)

    this.console = this.#add(
      'console',
      {},
      { description: 'Hands out the files of the web console', memoryMb: 256, timeoutSeconds: 10 },
    )
  }

  get all(): Readonly<Record<FunctionName, ServiceFunction>> {
    const { ingest, fanOut, deliver, sweep, admin, authorize, console } = this
    return { ingest, fanOut, deliver, sweep, admin, authorize, console }
  }

  /** A function whose variables the compiler holds against what its entry reads. */
  #add<Name extends FunctionName>(
    name: Name,
    variables: Readonly<Record<VariableOf<Name>, string>>,
    { more, ...own }: Own,
  ): ServiceFunction {
    const { settings, undelivered } = this.#props
    return new ServiceFunction(this, `${name[0]?.toUpperCase()}${name.slice(1)}`, {
      entry: name === 'fanOut' ? 'fan-out' : name,
      ...own,
      environment: { ...variables, ...more },
      logRetention: settings.logRetentionDays,
      reservedConcurrency: settings.reservedConcurrency[name],
      undelivered,
    })
  }
}
