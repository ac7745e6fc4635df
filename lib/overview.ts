import { Duration } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { deliveryMetric } from './alarms.ts'
import type { Functions } from './functions.ts'
import type { HttpApi } from './http-api.ts'
import type { WorkQueue } from './work-queue.ts'

const period = Duration.minutes(1)

/** The dashboard that answers: are events getting through? From left to right, as an event goes. */
export class Overview extends Construct {
  constructor(
    scope: Construct,
    id: string,
    parts: { functions: Functions; api: HttpApi; fanOutQueue: WorkQueue; deliveryQueue: WorkQueue },
  ) {
    super(scope, id)
    const { functions, api, fanOutQueue, deliveryQueue } = parts
    const queues = [fanOutQueue, deliveryQueue]
    const sum = (name: Parameters<typeof deliveryMetric>[1], label: string) =>
      deliveryMetric(this, name, Stats.SUM).with({ label })
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new TextWidget({
            markdown:
              '# Are events getting through?\nThey are if what is accepted is delivered soon after, nothing waits for minutes, and no message is set aside.',
            width: 24,
            height: 2,
          }),
        ],
        [
          graph('Accepted: events, repeats, and deliveries that they become', [
            sum('eventsAccepted', 'events'),
            sum('eventsRepeated', 'repeats'),
            sum('deliveriesFannedOut', 'deliveries'),
          ]),
          graph('How far behind: accepted → first attempt (ms)', [
            deliveryMetric(this, 'firstAttemptAge', Stats.percentile(50)).with({ label: 'p50' }),
            deliveryMetric(this, 'firstAttemptAge', Stats.percentile(99)).with({ label: 'p99' }),
          ]),
          graph('Attempts, how many failed, deliveries given up', [
            deliveryMetric(this, 'attemptFailed', Stats.SAMPLE_COUNT).with({ label: 'attempts' }),
            sum('attemptFailed', 'failed'),
            sum('deliveriesExhausted', 'exhausted'),
            sum('deliveriesCancelled', 'cancelled'),
          ]),
        ],
        [
          graph('Waiting: age of the oldest message (s)', [
            ...queues.map(({ queue }) => queue.metricApproximateAgeOfOldestMessage({ period })),
          ]),
          graph('Put off: by open breakers, by pace', [
            sum('attemptsHeldBack', 'held back'),
            sum('attemptsPaced', 'paced'),
          ]),
          graph('Breakers opened, webhooks disabled', [
            sum('breakersOpened', 'opened'),
            sum('webhooksDisabled', 'disabled'),
          ]),
        ],
        [
          graph('Answered 4xx and 5xx', [
            api.api.metricClientError({ period }),
            api.api.metricServerError({ period }),
          ]),
          graph('Set aside: dead letters', [
            ...queues.map(({ deadLetters }) =>
              deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
            ),
          ]),
          graph('Errors and throttles of functions', [
            ...Object.values(functions.all).flatMap(({ lambda }) => [
              lambda.metricErrors({ period }),
              lambda.metricThrottles({ period }),
            ]),
          ]),
        ],
        [
          graph('Time to answer, p99 (ms)', [
            api.api.metricLatency({ period, statistic: Stats.percentile(99) }),
          ]),
          graph('Time of receivers to answer (ms)', [
            deliveryMetric(this, 'attemptDuration', Stats.percentile(50)).with({ label: 'p50' }),
            deliveryMetric(this, 'attemptDuration', Stats.percentile(99)).with({ label: 'p99' }),
          ]),
          graph('Messages in the queues', [
            ...queues.map(({ queue }) => queue.metricApproximateNumberOfMessagesVisible({ period })),
          ]),
        ],
      ],
    })
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 })
}
