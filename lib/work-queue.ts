import { Duration } from 'aws-cdk-lib'
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { IGrantable } from 'aws-cdk-lib/aws-iam'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ServiceAlarm } from './service-alarm.ts'
import type { ServiceFunction } from './service-function.ts'

export interface WorkQueueProps {
  /** Of the function that it feeds. */
  readonly consumerTimeoutSeconds: number
  /** What a long wait means to those who use the service: one sentence. */
  readonly impactOfWaiting: string
  readonly runbookUrl: string
}

// Our own faults are retried for a while: at 3 minutes of visibility, about an hour.
const maxReceives = 20
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: at least six times the function's timeout.
const visibilityPerTimeout = 6
const batchSize = 10

/** A queue as every queue is made here: with its dead-letter queue, and the alarms of both. */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly deadLetters: Queue
  readonly alarms: readonly Alarm[]

  constructor(
    scope: Construct,
    id: string,
    { consumerTimeoutSeconds, impactOfWaiting, runbookUrl }: WorkQueueProps,
  ) {
    super(scope, id)
    this.deadLetters = new Queue(this, 'DeadLetters', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
    })
    this.queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(visibilityPerTimeout * consumerTimeoutSeconds),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
      enforceSSL: true,
    })
    this.alarms = [
      new ServiceAlarm(this, 'Waiting', {
        impact: impactOfWaiting,
        runbook: `${runbookUrl}#messages-wait`,
        metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
        threshold: 300,
        minutes: 10,
      }),
      new ServiceAlarm(this, 'DeadLettered', {
        impact:
          'Messages that our own code could not handle were set aside, and their deliveries are not made until they are put back.',
        runbook: `${runbookUrl}#dead-letters`,
        metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
        threshold: 0,
        minutes: 1,
      }),
    ]
  }

  /** Feeds the function batches, `maxConcurrency` at most at once; what it reports as failed comes again, alone. */
  feed(consumer: ServiceFunction, maxConcurrency: number): void {
    consumer.lambda.addEventSource(
      new SqsEventSource(this.queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    )
  }

  /** To see how much waits in it, and in its dead letters; no message. */
  grantCount(grantee: IGrantable): void {
    for (const queue of [this.queue, this.deadLetters]) queue.grant(grantee, 'sqs:GetQueueAttributes')
  }

  grantSend(grantee: IGrantable): void {
    this.queue.grantSendMessages(grantee)
  }
}
