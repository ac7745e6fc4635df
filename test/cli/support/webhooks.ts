import fc from 'fast-check'
import type { Plan } from '../../../cli/plan/plan.ts'
import type { WebhookResource } from '../../../cli/resources.ts'
import type { Entry } from '../../../cli/webhook-file/entry.ts'
import { readWebhookFile } from '../../../cli/webhook-file/webhook-file.ts'
import { ReceiverAuthResource } from '../../../functions/api/schemas/receiver-auth.ts'

let made = 0

/** A webhook as the API shows it. */
export function aShownWebhook(fields: Readonly<Record<string, unknown>> = {}): WebhookResource {
  made += 1
  return {
    id: `whk_${String(made).padStart(16, '0')}`,
    url: 'https://hooks.example.com/one',
    description: '',
    event_types: ['batch_change:apply'],
    scope: {},
    header_names: [],
    auth: null,
    previous_secret_expires_at: null,
    enabled: true,
    disabled_reason: null,
    disabled_at: null,
    retry_schedule: null,
    rate_limit: null,
    retention: null,
    breaker: null,
    stats: { total: 3, errored: 1 },
    created_at: '2026-11-23T14:20:00.000Z',
    updated_at: '2026-11-23T14:20:00.000Z',
    ...fields,
  }
}

/** The entries of a file with these webhooks. Throws when it has problems. */
export function entriesOf(...webhooks: readonly object[]): readonly Entry[] {
  const entries = readWebhookFile({ version: 1, webhooks })
  if ('problems' in entries) throw new Error(JSON.stringify(entries.problems))
  return entries
}

const eventType = fc.constantFrom('batch_change:apply', 'changeset:publish', 'changeset:close', 'user:create')
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('*', 'no', '- a', '# b', '1'),
)

/** Any webhook that can be shown; few URLs, so that several have the same. */
export const anyShownWebhook: fc.Arbitrary<WebhookResource> = fc
  .record({
    url: fc.constantFrom(
      'https://a.example.com/',
      'https://b.example.com/?q=1',
      'http://c.example.com:8080/x',
    ),
    description: text,
    event_types: fc.oneof(fc.constant(['*']), fc.uniqueArray(eventType, { minLength: 1, maxLength: 4 })),
    scope: fc.record(
      {
        batch_change_ids: fc.uniqueArray(
          text.filter((id) => id !== ''),
          { minLength: 1, maxLength: 3 },
        ),
        namespace_ids: fc.constant(['VXNlcjox']),
      },
      { requiredKeys: [] },
    ),
    header_names: fc.uniqueArray(fc.constantFrom('X-Team', 'X-Two', 'Authorization'), { maxLength: 3 }),
    auth: fc.constantFrom(null, { type: 'basic', username: 'sourcegraph' }, { type: 'bearer' }),
    enabled: fc.boolean(),
    retry_schedule: fc.constantFrom(null, ['0s', '5s', '90m'], ['10m']),
    rate_limit: fc.constantFrom(null, 0.1, 10, 1_000),
    retention: fc.constantFrom(null, '1d', '720h'),
  })
  .map(({ header_names, ...fields }) =>
    aShownWebhook({
      ...fields,
      header_names:
        fields.auth === null ? header_names : header_names.filter((name) => name !== 'Authorization'),
    }),
  )

/** What the server would have after these steps of a plan, by default after all of them. */
export function serverAfter(
  plan: Plan,
  webhooks: readonly WebhookResource[],
  steps = plan.steps.length,
): readonly WebhookResource[] {
  return plan.steps.slice(0, steps).reduce<readonly WebhookResource[]>((now, step) => {
    if (step.action === 'delete') return now.filter(({ id }) => id !== step.id)
    if (step.action === 'create') return now.concat(changed(aShownWebhook(), step.body))
    return now.map((webhook) => (webhook.id === step.id ? changed(webhook, step.patch) : webhook))
  }, webhooks)
}

function changed(webhook: WebhookResource, body: Readonly<Record<string, unknown>>): WebhookResource {
  const { headers, auth, ...settings } = body
  const set = Object.entries(headers ?? {})
  const names = new Set(set.map(([name]) => name.toLowerCase()))
  const kept = webhook.header_names.filter((name) => !names.has(name.toLowerCase()))
  const header_names = [...kept, ...set.flatMap(([name, value]) => (value === null ? [] : [name]))]
  return {
    ...webhook,
    ...settings,
    header_names: auth ? header_names.filter((name) => name !== 'Authorization') : header_names,
    auth: auth === undefined ? webhook.auth : shown(auth),
  }
}

function shown(auth: unknown): WebhookResource['auth'] {
  return ReceiverAuthResource.nullable().parse(auth)
}
