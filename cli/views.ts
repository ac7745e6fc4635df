import { counted, fields, printable, shortTime, table } from './output.ts'
import type { DeliveryDetail, DeliveryResource, EventResource, WebhookResource } from './resources.ts'

/** Whether a webhook is sent to, and why not, in a word or two. */
export function stateOf({ enabled, disabled_reason, breaker }: WebhookResource): string {
  if (!enabled) return disabled_reason === null ? 'off' : `off: ${disabled_reason}`
  return breaker === null ? 'on' : `on, breaker ${breaker.state}`
}

export function webhooksText(webhooks: readonly WebhookResource[]): string {
  if (webhooks.length === 0) return 'No webhooks.\n'
  return table(webhooks, [
    { title: 'ID', of: ({ id }) => id },
    { title: 'STATE', of: stateOf },
    { title: 'SENT', of: ({ stats }) => stats.total },
    { title: 'FAILED', of: ({ stats }) => stats.errored },
    { title: 'URL', of: ({ url }) => url },
    { title: 'EVENT TYPES', of: ({ event_types }) => event_types.join(' ') },
  ])
}

export function webhookText(webhook: WebhookResource): string {
  const { stats, breaker } = webhook
  return fields([
    ['id', webhook.id],
    ['url', webhook.url],
    ['description', webhook.description],
    ['state', stateOf(webhook)],
    ['off since', shortTime(webhook.disabled_at)],
    ['breaker', breaker && `${breaker.state} since ${shortTime(breaker.since)}`],
    ['event types', webhook.event_types.join(' ')],
    ['scope', scopeText(webhook.scope)],
    ['headers', webhook.header_names.join(' ')],
    ['logs in', webhook.auth == null ? null : `${webhook.auth.type} ${webhook.auth.username ?? ''}`],
    ['retry schedule', webhook.retry_schedule?.join(' ') ?? "the deployment's own"],
    ['rate limit', webhook.rate_limit === null ? 'none' : `${webhook.rate_limit} requests a second`],
    ['sent', `${counted(stats.total, 'request')}, ${stats.errored.toLocaleString('en-US')} of them failed`],
    [
      'old secret',
      webhook.previous_secret_expires_at &&
        `signs too until ${shortTime(webhook.previous_secret_expires_at)}`,
    ],
    ['created', shortTime(webhook.created_at)],
    ['changed', shortTime(webhook.updated_at)],
  ])
}

function scopeText(scope: Readonly<Record<string, readonly string[]>>): string {
  const narrowings = Object.entries(scope).map(([name, ids]) => `${name}: ${ids.join(' ')}`)
  return narrowings.length === 0 ? 'all' : narrowings.join('; ')
}

/** What became of the last attempt. */
export function outcomeOf({ last_status, last_error, next_attempt_at }: DeliveryResource): string {
  const next = next_attempt_at === null ? '' : ` Next attempt ${shortTime(next_attempt_at)}.`
  if (last_error !== null) return `${last_error}${next}`
  return `${last_status === null ? '' : `answered ${last_status}`}${next}`.trim()
}

export function deliveriesText(deliveries: readonly DeliveryResource[]): string {
  if (deliveries.length === 0) return 'No deliveries.\n'
  const severalWebhooks = new Set(deliveries.map(({ webhook_id }) => webhook_id)).size > 1
  return table(deliveries, [
    { title: 'ID', of: ({ id }) => id },
    { title: 'CREATED', of: ({ created_at }) => shortTime(created_at) },
    ...(severalWebhooks ? [{ title: 'WEBHOOK', of: ({ webhook_id }: DeliveryResource) => webhook_id }] : []),
    { title: 'EVENT TYPE', of: ({ event_type }) => event_type },
    { title: 'TRIGGER', of: ({ trigger }) => trigger },
    { title: 'STATUS', of: ({ status }) => status },
    { title: 'ATTEMPTS', of: ({ attempt_count }) => attempt_count },
    { title: 'LAST OUTCOME', of: outcomeOf },
  ])
}

export function deliveryText(delivery: DeliveryDetail): string {
  const { request_body: body } = delivery
  const head = fields([
    ['id', delivery.id],
    ['event', `${delivery.event_id} ${delivery.event_type}`],
    ['webhook', delivery.webhook_id],
    ['trigger', delivery.trigger],
    ['status', delivery.status],
    ['created', shortTime(delivery.created_at)],
    ['next attempt', shortTime(delivery.next_attempt_at)],
    ['last error', delivery.last_error],
  ])
  const attempts = delivery.attempts.map(({ number, sent_at, duration_ms, response, error }) => {
    const answer = response === null ? 'no answer' : `answered ${response.status}`
    return [
      `\nAttempt ${number}, ${shortTime(sent_at)}: ${answer} after ${duration_ms} ms${error === null ? '' : `. ${error}`}\n`,
      ...(response === null || response.body === '' ? [] : [`${indented(response.body)}\n`]),
    ].join('')
  })
  return `${head}${printable(attempts.join(''))}\nRequest body${body === null ? ': gone\n' : `\n${printable(indented(body))}\n`}`
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

export function eventsText(events: readonly EventResource[]): string {
  if (events.length === 0) return 'No events.\n'
  return table(events, [
    { title: 'ID', of: ({ id }) => id },
    { title: 'ACCEPTED', of: ({ accepted_at }) => shortTime(accepted_at) },
    { title: 'TYPE', of: ({ type }) => type },
    { title: 'BYTES', of: ({ payload_bytes }) => payload_bytes },
    { title: 'FROM', of: ({ origin }) => `${origin.kind} ${origin.id}` },
    {
      title: 'WEBHOOKS',
      of: ({ fanned_out_at, webhook_ids }) => (fanned_out_at === null ? null : webhook_ids.length),
    },
    { title: 'MISSED BY', of: ({ missed_by }) => missed_by.length },
  ])
}
