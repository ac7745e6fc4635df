import { createHmac, randomBytes } from 'node:crypto'
import * as z from 'zod'
import { examplePayload } from '../../../functions/domain/event-types.ts'
import { aSecret, type Canary, type Place } from '../../support/canaries.ts'
import type { TestReceiver } from '../../support/receiver.ts'
import { startTestReceiver } from '../../support/receiver.ts'
import { until } from '../../support/until.ts'
import { makeMistakes } from './canary-mistakes.ts'
import type { Transcript } from './transcript.ts'

const Log = z.object({
  data: z.array(z.object({ id: z.string(), status: z.string(), last_error: z.string().nullable() })),
})
const Made = z.object({ id: z.string() })
const payload = String(examplePayload('batch_change:apply'))
/** Where the receivers of the exercise behave in a way of their own. */
const behaviours = ['ok', 'fails-once', 'down', 'gone', 'moved', 'reset', 'echo', 'echo-bytes'] as const
/** The type of which the webhook `broken` alone gets the events. */
export const brokenType = 'broken:event'

/** A receiver that fails in every way, and one that answers with all that it was sent. */
export function startBehaviours(): Promise<TestReceiver> {
  return startTestReceiver(({ path, headers }, response, count) => {
    if (path === '/reset') return response.destroy()
    if (path === '/moved') return response.writeHead(302, { location: '/ok' }).end()
    if (path === '/gone') return response.writeHead(410).end()
    if (path === '/down' || (path === '/fails-once' && count === 1))
      return response.writeHead(503).end('down')
    if (path === '/echo')
      return response.writeHead(200, { 'x-echo': String(headers.authorization) }).end(JSON.stringify(headers))
    if (path === '/echo-bytes')
      return response.end(Buffer.concat([Buffer.of(0xff), Buffer.from(String(headers['x-api-key']))]))
    return response.end('ok')
  })
}

const headerValue = "a header's value"

/** Whether a secret is none of those that receivers are meant to get. */
export const isNotForReceivers = ({ name }: Canary): boolean => name !== headerValue

/** What a receiver got. */
export function requestsTo({ requests }: TestReceiver): Place[] {
  return requests.map(({ rawHeaders, body }, nth) => ({
    name: `request ${nth} to a receiver`,
    bytes: Buffer.concat([Buffer.from(`${rawHeaders.join('\n')}\n`), body]),
  }))
}

/** Sends a webhook everything once more, and ends that at once. */
async function replay(transcript: Transcript, webhookId: string): Promise<void> {
  const path = `/webhooks/${webhookId}/replay`
  const body = { since: new Date(0).toISOString(), include: 'all' }
  await transcript.call('POST', path, { ...body, dry_run: true })
  const { id } = Made.parse((await transcript.call('POST', path, body)).body)
  await transcript.call('GET', `/webhooks/${webhookId}/replays`)
  await transcript.call('GET', `/replays/${id}`)
  await transcript.call('POST', `/replays/${id}/cancel`)
}

/**
 * Uses every route of the API and lets deliveries succeed and fail in every way, with secrets everywhere that one can
 * be. Resolves with the id of the webhook whose events no one else gets.
 */
export async function exercise(transcript: Transcript, receiver: TestReceiver): Promise<string> {
  const headers = () => ({
    Authorization: `Bearer ${transcript.hidden(headerValue, aSecret())}`,
    'X-Api-Key': transcript.hidden(headerValue, aSecret()),
  })
  const webhook = (name: string, url: string, more: Readonly<Record<string, unknown>> = {}) =>
    transcript.make(`the secret of ${name}`, '/webhooks', {
      url,
      event_types: ['batch_change:apply', 'webhook-test:all'],
      headers: headers(),
      retry_schedule: ['0s', '50ms'],
      ...more,
    })
  const token = await transcript.make('a token', '/tokens', {
    name: 'all',
    scopes: ['admin', 'read', 'publish'],
  })
  const publisher = await transcript.make('a token', '/tokens', { name: 'publisher', scopes: ['publish'] })
  const sources = [
    await transcript.make("a source's secret", '/sources', { name: 'given', secret: aSecret() }),
    await transcript.make("a source's secret", '/sources', { name: 'generated' }),
  ]
  const webhooks = await Promise.all([
    ...behaviours.map((behaviour, nth) =>
      webhook(behaviour, `${receiver.url}/${behaviour}`, nth % 2 === 0 ? { secret: aSecret() } : {}),
    ),
    webhook('basic', `${receiver.url}/echo`, {
      headers: {},
      auth: { type: 'basic', username: 'somebody', password: transcript.hidden(headerValue, aSecret()) },
    }),
    webhook('closed', 'http://127.0.0.1:9/', { secret: `whsec_${randomBytes(24).toString('base64')}` }),
  ])
  const broken = await webhook('broken', `${receiver.url}/ok`, { event_types: [brokenType] })
  const off = await webhook('off', `${receiver.url}/ok`, { enabled: false })

  /** Posts events in every way there is, and waits until no delivery of them is under way. */
  async function publish(): Promise<void> {
    const asPublisher = { authorization: `Bearer ${publisher.secret}` }
    const event = { type: 'batch_change:apply', payload: { n: aSecret() } }
    const posted = [
      await transcript.call('POST', '/events', event, { ...asPublisher, 'idempotency-key': aSecret() }),
      await transcript.call('POST', '/events', [event], asPublisher),
    ]
    for (const { secret } of sources)
      posted.push(await transcript.call('POST', '/events', payload, signedAs(secret)))
    for (const { name, status } of posted) if (status !== 202) throw new Error(name)
    for (const { id } of webhooks)
      await until(async () => isQuiet(await log(id)), { timeoutMs: 60_000, what: id })
  }
  const log = async (id: string) =>
    Log.parse((await transcript.call('GET', `/webhooks/${id}/deliveries?limit=100`)).body).data
  // What a breaker puts off waits for minutes.
  const isWaiting = ({ status, last_error: why }: z.output<typeof Log>['data'][number]) =>
    (status === 'pending' || status === 'retrying') && why?.startsWith('Put off:') !== true
  const isQuiet = (rows: z.output<typeof Log>['data']) => rows.length > 0 && !rows.some(isWaiting)

  await publish()
  for (const [nth, { id }] of webhooks.entries()) {
    const path = `/webhooks/${id}/rotate-secret`
    const overlap = ['24h', '0s', '7d'][nth % 3]
    await transcript.make(
      'a rotated secret',
      path,
      nth % 2 === 0 ? { secret: aSecret(), overlap } : { overlap },
    )
    await transcript.call('PATCH', `/webhooks/${id}`, { headers: headers(), enabled: true })
  }
  await publish()
  for (const { id } of [...webhooks, off]) {
    await transcript.call('POST', `/webhooks/${id}/test`, {})
    const [row] = await log(id)
    if (row === undefined) throw new Error(`Nothing was sent to ${id}.`)
    await transcript.call('POST', `/deliveries/${row.id}/redeliver`)
  }
  for (const { id } of webhooks) {
    await until(async () => isQuiet(await log(id)), { timeoutMs: 60_000, what: id })
    for (const delivery of await log(id)) await transcript.call('GET', `/deliveries/${delivery.id}`)
  }
  await replay(transcript, webhooks[0]?.id ?? '')
  await makeMistakes(transcript, broken.id)
  const events = z.object({ data: z.array(Made) }).parse((await transcript.call('GET', '/events')).body).data
  for (const { id } of events) await transcript.call('GET', `/events/${id}`)
  await transcript.call('DELETE', `/events/${events[0]?.id}/payload`)
  for (const path of [
    '/webhooks',
    `/webhooks/${broken.id}`,
    '/sources',
    '/tokens',
    '/tokens/self',
    `/webhooks/${broken.id}/activity`,
    '/queues',
    '/health/webhooks',
    '/event-types',
    '/health',
    '/openapi.json',
  ])
    await transcript.call('GET', path)
  for (const path of [`/webhooks/${off.id}`, `/sources/${sources[0]?.id}`, `/tokens/${token.id}`])
    await transcript.call('DELETE', path)
  await transcript.call('GET', '/webhooks', undefined, { authorization: `Bearer ${token.secret}` })
  return broken.id
}

function signedAs(secret: string): Record<string, string> {
  return {
    'x-sourcegraph-webhook-event-type': 'batch_change:apply',
    'x-sourcegraph-webhook-signature': createHmac('sha256', secret).update(payload).digest('hex'),
  }
}
