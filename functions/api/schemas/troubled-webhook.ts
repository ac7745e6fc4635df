import * as z from 'zod'
import type { Troubled } from '../../use-cases/find-trouble.ts'
import { Count, DeliveryId, isoTime, Time, WebhookId } from './fields.ts'
import { exampleUrl } from './webhook.ts'
import { BreakerResource, DisabledReasonField, toBreakerResource } from './webhook-resource.ts'

/** A webhook in trouble as the API shows it. */
export const TroubledWebhookResource = z
  .object({
    id: WebhookId,
    url: z.string().meta({ example: exampleUrl }),
    description: z.string().meta({ example: 'Closes the ticket' }),
    state: z.enum(['disabled', 'failing', 'slow']).meta({
      description:
        'disabled: the service turned it off; failing: nothing succeeds; slow: its receiver takes long to answer',
    }),
    since: Time.meta({
      description:
        'Since when; of failing to the hour, unless it began within this one and the breaker tells',
    }),
    failed_attempts: Count.nullable().meta({
      description:
        'Attempts that failed since then without a success among them; null when they are not counted',
      example: 42,
    }),
    disabled_reason: DisabledReasonField,
    breaker: BreakerResource.nullable().meta({
      description: 'Why deliveries are held back; null when they are not',
      example: null,
    }),
    last_error: z
      .object({
        delivery_id: DeliveryId,
        at: Time,
        message: z.string().meta({ example: 'The receiver answered 503.' }),
      })
      .nullable()
      .meta({
        description: 'The last failure among the newest deliveries that failed; null when the log has none',
      }),
    waiting: z
      .object({
        deliveries: Count.meta({ example: 17 }),
        is_all: z.boolean().meta({ description: 'false: there are more, or there may be' }),
      })
      .meta({
        description:
          'Deliveries that wait for an attempt, of those that came since then; of a webhook that is off none, they are cancelled when they are due',
      }),
  })
  .meta({ id: 'TroubledWebhook' })

export function toTroubledWebhook(troubled: Troubled): z.input<typeof TroubledWebhookResource> {
  const { webhook, trouble, breaker, lastFailed, waiting } = troubled
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    state: trouble.kind,
    since: isoTime(trouble.since),
    failed_attempts: trouble.kind === 'failing' ? trouble.failures : null,
    disabled_reason: webhook.disabledReason,
    breaker: toBreakerResource(breaker),
    last_error:
      lastFailed === undefined
        ? null
        : {
            delivery_id: lastFailed.id,
            at: isoTime(lastFailed.updatedAt),
            message: lastFailed.lastError ?? '',
          },
    waiting: { deliveries: waiting.count, is_all: waiting.isAll },
  }
}
