import { isSuccess } from './domain/outcome.ts'
import type { AttemptDelivery, Sender } from './use-cases/attempt-delivery.ts'

/** What deliveries are counted as; the alarms and the dashboard read the same names. */
export const metricNamespace = 'OutgoingWebhooks'
export const metricDimension = 'Service'
export const metricNames = {
  /** 1 for an attempt that failed, 0 for one that delivered. */
  attemptFailed: 'AttemptFailed',
  webhooksDisabled: 'WebhooksDisabled',
} as const

type Disabling = Pick<AttemptDelivery['webhooks'], 'disable'>

/** Counts what becomes of attempts, from one batch to the next. */
export class DeliveryMetrics {
  #attempts: (0 | 1)[] = []
  #disabled = 0

  /** The same sender, its outcomes counted. */
  counted(sender: Sender): Sender {
    return {
      send: async (request) => {
        const outcome = await sender.send(request)
        this.#attempts.push(isSuccess(outcome) ? 0 : 1)
        return outcome
      },
    }
  }

  /** The same way to disable a webhook, its uses counted. */
  countedDisable(webhooks: Disabling): Disabling['disable'] {
    return async (...given) => {
      await webhooks.disable(...given)
      this.#disabled += 1
    }
  }

  /**
   * What was counted since the last call, as a line from which CloudWatch Logs makes metrics; undefined when nothing was.
   * Form: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
   */
  takeLine(service: string, nowMs: number): string | undefined {
    if (this.#attempts.length === 0 && this.#disabled === 0) return undefined
    const [attempts, disabled] = [this.#attempts, this.#disabled]
    this.#attempts = []
    this.#disabled = 0
    const values = {
      ...(attempts.length > 0 && { [metricNames.attemptFailed]: attempts }),
      [metricNames.webhooksDisabled]: disabled,
    }
    return JSON.stringify({
      _aws: {
        Timestamp: nowMs,
        CloudWatchMetrics: [
          {
            Namespace: metricNamespace,
            Dimensions: [[metricDimension]],
            Metrics: Object.keys(values).map((Name) => ({ Name, Unit: 'Count' })),
          },
        ],
      },
      [metricDimension]: service,
      ...values,
    })
  }
}
