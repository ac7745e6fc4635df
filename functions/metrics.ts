import type { Observation } from './domain/observation.ts'

/** What the metrics on AWS are called; the alarms and the dashboard read the same names. */
export const metricNamespace = 'OutgoingWebhooks'
export const metricDimension = 'Service'
export const metricNames = {
  eventsAccepted: 'EventsAccepted',
  /** Repeats of events that were accepted before. */
  eventsRepeated: 'EventsRepeated',
  /** Webhooks that an event went to. */
  deliveriesFannedOut: 'DeliveriesFannedOut',
  /** 1 for an attempt that failed, 0 for one that delivered. */
  attemptFailed: 'AttemptFailed',
  /** From sending a request until it was answered, milliseconds. */
  attemptDuration: 'AttemptDuration',
  /** From accepting an event until its first request to a webhook, milliseconds. */
  firstAttemptAge: 'FirstAttemptAge',
  deliveriesExhausted: 'DeliveriesExhausted',
  deliveriesCancelled: 'DeliveriesCancelled',
  /** Attempts that were put off by an open breaker. */
  attemptsHeldBack: 'AttemptsHeldBack',
  /** Attempts that were put off by a rate limit or a slow receiver. */
  attemptsPaced: 'AttemptsPaced',
  breakersOpened: 'BreakersOpened',
  webhooksDisabled: 'WebhooksDisabled',
} as const

export type MetricName = (typeof metricNames)[keyof typeof metricNames]

/** What an observation adds to which metrics. No webhook is a dimension: each would be a metric to pay for. */
export function measuresOf(seen: Observation): readonly (readonly [MetricName, number])[] {
  switch (seen.kind) {
    case 'event accepted':
      return [[seen.duplicate ? metricNames.eventsRepeated : metricNames.eventsAccepted, 1]]
    case 'event fanned out':
      return [[metricNames.deliveriesFannedOut, seen.webhooks]]
    case 'delivery attempted':
      return [
        [metricNames.attemptFailed, seen.status === 'delivered' ? 0 : 1],
        [metricNames.attemptDuration, seen.duration_ms],
        ...(isFirstAttempt(seen) ? [[metricNames.firstAttemptAge, seen.age_ms] as const] : []),
        ...(seen.status === 'exhausted' ? [[metricNames.deliveriesExhausted, 1] as const] : []),
      ]
    case 'delivery deferred':
      return [[seen.reason === 'breaker' ? metricNames.attemptsHeldBack : metricNames.attemptsPaced, 1]]
    case 'delivery cancelled':
      return [[metricNames.deliveriesCancelled, 1]]
    case 'webhook disabled':
      return [[metricNames.webhooksDisabled, 1]]
    case 'breaker changed':
      return seen.to === 'open' ? [[metricNames.breakersOpened, 1]] : []
  }
}

/** Whether it is the first request of an event to a webhook: what tells how far behind we are. */
export function isFirstAttempt(seen: Extract<Observation, { kind: 'delivery attempted' }>): boolean {
  return seen.attempt === 1 && seen.trigger === 'event'
}

/** Collects what is observed during an invocation. An invocation observes at most 100 events or attempts. */
export class EmbeddedMetrics {
  #values: Partial<Record<MetricName, number[]>> = {}

  observe(seen: Observation): void {
    for (const [name, value] of measuresOf(seen)) {
      this.#values[name] ??= []
      this.#values[name].push(value)
    }
  }

  /**
   * What was observed since the last call, as a line from which CloudWatch Logs makes metrics; undefined when nothing was.
   * Form: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
   */
  takeLine(service: string, nowMs: number): string | undefined {
    const values = this.#values
    const names = Object.keys(values)
    if (names.length === 0) return undefined
    this.#values = {}
    return JSON.stringify({
      _aws: {
        Timestamp: nowMs,
        CloudWatchMetrics: [
          {
            Namespace: metricNamespace,
            Dimensions: [[metricDimension]],
            Metrics: names.map((Name) => ({
              Name,
              Unit: /Age|Duration/.test(Name) ? 'Milliseconds' : 'Count',
            })),
          },
        ],
      },
      [metricDimension]: service,
      ...values,
    })
  }
}
