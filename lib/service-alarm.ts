import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'

export interface ServiceAlarmProps {
  /** One sentence: what it means to those who use the service. */
  readonly impact: string
  /** Where it says what to do. */
  readonly runbook: string
  /** By the minute. */
  readonly metric: IMetric
  /** It goes off above this. */
  readonly threshold: number
  /** For so many minutes in a row. */
  readonly minutes: number
}

/** An alarm as every alarm is made here: it says what it means and where to read on; no data is good news. */
export class ServiceAlarm extends Alarm {
  constructor(
    scope: Construct,
    id: string,
    { impact, runbook, metric, threshold, minutes }: ServiceAlarmProps,
  ) {
    super(scope, id, {
      alarmDescription: `${impact} What to do: ${runbook}`,
      metric,
      threshold,
      evaluationPeriods: minutes,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
  }
}
