import { Duration, Stack } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { metricDimension, metricNames, metricNamespace } from '../functions/metrics.ts'
import { type FunctionName, functionNames } from './function-names.ts'
import type { Functions } from './functions.ts'
import type { HttpApi } from './http-api.ts'
import { ServiceAlarm } from './service-alarm.ts'

const period = Duration.minutes(1)

const impactOfErrors: Readonly<Record<FunctionName, string>> = {
  ingest: 'Events are answered 5xx; Sourcegraph repeats for half a minute and then drops them.',
  fanOut: 'Accepted events do not reach the delivery queue; they are kept and tried again.',
  deliver: 'Deliveries are held up by our own faults, not by receivers; they are kept and tried again.',
  sweep: 'Retries that are due after more than 15 minutes are not made.',
  admin: 'Calls of the admin API fail, for people and for scripts.',
  authorize: 'Every call of the admin API is turned down.',
  console: 'The web console does not open; the API and all deliveries go on.',
}

/** What wakes somebody: each alarm says what it means to those who use the service, and where to read on. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[]

  constructor(
    scope: Construct,
    id: string,
    { functions, api, runbookUrl }: { functions: Functions; api: HttpApi; runbookUrl: string },
  ) {
    super(scope, id)
    this.all = [
      ...functionNames.flatMap((name) => [
        new ServiceAlarm(this, `${name}Errors`, {
          impact: impactOfErrors[name],
          runbook: `${runbookUrl}#function-errors`,
          metric: functions.all[name].lambda.metricErrors({ period }),
          threshold: 0,
          minutes: 3,
        }),
        new ServiceAlarm(this, `${name}Throttles`, {
          impact: `Lambda does not run ${name} as often as it should. If that goes on: ${impactOfErrors[name]}`,
          runbook: `${runbookUrl}#throttles`,
          metric: functions.all[name].lambda.metricThrottles({ period }),
          threshold: 0,
          minutes: 5,
        }),
      ]),
      new ServiceAlarm(this, 'ServerErrors', {
        impact:
          'More than 1% of requests are answered 5xx: publishers may lose events, the admin API is unreliable.',
        runbook: `${runbookUrl}#server-errors`,
        metric: api.api.metricServerError({ period, statistic: Stats.AVERAGE }),
        threshold: 0.01,
        minutes: 5,
      }),
      new ServiceAlarm(this, 'FailingDeliveries', {
        impact: 'More than half of all attempts fail: receivers are down, or the way to them is.',
        runbook: `${runbookUrl}#failing-deliveries`,
        metric: deliveryMetric(this, 'attemptFailed', Stats.AVERAGE),
        threshold: 0.5,
        minutes: 15,
      }),
      new ServiceAlarm(this, 'WebhooksHeldBack', {
        impact:
          'A receiver failed again and again, or does not answer: what is for its webhook is held back until it does.',
        runbook: `${runbookUrl}#webhooks-held-back`,
        metric: deliveryMetric(this, 'breakersOpened', Stats.SUM),
        threshold: 0,
        minutes: 1,
      }),
      new ServiceAlarm(this, 'FarBehind', {
        impact: 'Half of all events are sent for the first time more than a minute after they were accepted.',
        runbook: `${runbookUrl}#far-behind`,
        metric: deliveryMetric(this, 'firstAttemptAge', Stats.percentile(50)),
        threshold: 60_000,
        minutes: 10,
      }),
      new Alarm(this, 'SweepStopped', {
        alarmDescription: `The sweep does not run: retries that are due after more than 15 minutes are not made. What to do: ${runbookUrl}#sweep-stopped`,
        metric: functions.sweep.lambda.metricInvocations({ period }),
        threshold: 1,
        evaluationPeriods: 5,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        // Here, no data is the bad news.
        treatMissingData: TreatMissingData.BREACHING,
      }),
    ]
  }
}

/** What the functions write down of events and deliveries. Of failed attempts (1) and others (0), the average is the share. */
export function deliveryMetric(scope: Construct, name: keyof typeof metricNames, statistic: string): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: metricNames[name],
    dimensionsMap: { [metricDimension]: Stack.of(scope).stackName },
    statistic,
    period,
  })
}
