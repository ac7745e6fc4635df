import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { ApiClient } from '../support/api-client.ts'
import { seededRandom } from '../support/random.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { freePort, ServerProcess } from '../support/server-process.ts'
import { type Publication, SourcegraphPublisher } from '../support/sourcegraph-publisher.ts'
import { until } from '../support/until.ts'

const events = 5_000
const webhooks = 5
const failingWebhook = 4
const concurrency = 40
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const seed = Number(process.env.SEED ?? 20_261_123)
const adminToken = 'the-token-of-the-kill-test'

const LogPage = z.object({
  data: z.array(z.object({ id: z.string(), event_id: z.string(), status: z.string() })),
  next_cursor: z.string().nullable(),
})

/**
 * A request at the receiver, and when its connection was first used. The last requests of a process may be read long after it was killed,
 * on a busy machine; their connection tells whose they are.
 */
interface Seen {
  readonly at: number
  readonly since: number
  readonly ok: boolean
}

/** The delivery log of one webhook, read to its end: status by event. */
async function readLog(api: ApiClient, webhookId: string): Promise<Map<string, string>> {
  const log = new Map<string, string>()
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`
    const page = LogPage.parse(
      (await api.call('GET', `/webhooks/${webhookId}/deliveries?limit=100${query}`)).body,
    )
    for (const { event_id: eventId, status } of page.data) log.set(eventId, status)
    cursor = page.next_cursor
  } while (cursor !== null)
  return log
}

it('loses nothing that it accepted, though killed again and again', { timeout: 300_000 }, async () => {
  const random = seededRandom(seed)
  const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-kill-'))
  const schedule = '0s,100ms,200ms,400ms,800ms,1s,1s,1s,1s,1s,1s,1s'
  const server = new ServerProcess(await freePort(), {
    args: ['--data', dataDir, '--retry-schedule', schedule],
    environment: { ADMIN_TOKEN: adminToken },
  })
  const seen = Array.from({ length: webhooks }, () => new Map<string, Seen[]>())
  const usedSince = new WeakMap<object, number>()
  const verifier = new Webhook(secret)
  let unverified = 0
  const receiver = await startTestReceiver((request, response) => {
    const at = performance.now()
    const index = Number(request.path.slice(1))
    const id = String(request.headers['webhook-id'])
    try {
      verifier.verify(request.body.toString(), {
        'webhook-id': id,
        'webhook-timestamp': String(request.headers['webhook-timestamp']),
        'webhook-signature': String(request.headers['webhook-signature']),
      })
    } catch {
      unverified++
    }
    const ok = index !== failingWebhook || random() > 0.3
    const ofWebhook = seen[index]
    const connection = response.socket ?? response
    const since = usedSince.get(connection) ?? at
    usedSince.set(connection, since)
    ofWebhook?.set(id, [...(ofWebhook.get(id) ?? []), { at, since, ok }])
    response.writeHead(ok ? 200 : 503).end()
  })

  await server.start()
  const api = new ApiClient(server.url, adminToken)
  await api.createSource(secret)
  const webhookIds: string[] = []
  for (let index = 0; index < webhooks; index++)
    webhookIds.push(await api.createWebhook({ url: `${receiver.url}/${index}`, secret }))

  const kills: number[] = []
  let isPublishing = true
  const killer = (async () => {
    let startMs = 0
    while (isPublishing) {
      // It is up for as long as it was down at least: a publisher gives up after 21 tries.
      await new Promise((resolve) => setTimeout(resolve, startMs + 300 + random() * 1_200))
      await server.end('SIGKILL')
      kills.push(performance.now())
      startMs = await server.start()
    }
  })()

  const publisher = new SourcegraphPublisher({ url: server.url, secret, random })
  const publications: Publication[] = []
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < events) {
        const body = JSON.stringify({
          id: `batch-change-${next++}`,
          text: 'naïve \\u003ctext\\u003e',
          closed_at: null,
        })
        publications.push(await publisher.publish('batch_change:apply', body))
      }
    }),
  )
  isPublishing = false
  await killer
  publisher.close()

  const accepted = new Set(publications.flatMap(({ id }) => id ?? []))
  const isOver = (status: string | undefined) =>
    status === 'delivered' || status === 'exhausted' || status === 'cancelled'
  const logs = await until(
    async () => {
      const read = await Promise.all(webhookIds.map((id) => readLog(api, id)))
      return read.every((log) => [...accepted].every((id) => isOver(log.get(id)))) && read
    },
    { timeoutMs: 120_000, what: 'every delivery to be over' },
  )
  const elapsedMs = performance.now() - startedAt
  await server.end('SIGTERM')
  await receiver.close()
  await rm(dataDir, { recursive: true, force: true })

  const rows = logs.map((log, index) => {
    const ofWebhook = seen[index] ?? new Map<string, Seen[]>()
    const requests = [...ofWebhook.values()].flat().length
    // A repeat after an answer that was fine is a duplicate; it must have a kill between the two.
    const duplicates = [...ofWebhook.values()].flatMap((tries) =>
      tries.flatMap((later, nth) => {
        const earlier = tries.slice(0, nth).findLast(({ ok }) => ok)
        return earlier === undefined ? [] : [{ from: earlier.since, to: later.at }]
      }),
    )
    const statuses = [...log.values()]
    return {
      webhook: index,
      requests,
      distinct: ofWebhook.size,
      duplicates: duplicates.length,
      unforced: duplicates.filter(({ from, to }) => !kills.some((at) => at >= from - 50 && at <= to)).length,
      unknown: [...ofWebhook.keys()].filter((id) => !accepted.has(id)).length,
      delivered: statuses.filter((status) => status === 'delivered').length,
      exhausted: statuses.filter((status) => status === 'exhausted').length,
      neverSeen: [...accepted].filter(
        (id) => log.get(id) === 'delivered' && !ofWebhook.get(id)?.some(({ ok }) => ok),
      ).length,
      acceptedMinusTerminal: [...accepted].filter((id) => !isOver(log.get(id))).length,
      unacceptedRows: [...log.keys()].filter((id) => !accepted.has(id)).length,
    }
  })
  const tries = publications.reduce((sum, publication) => sum + publication.tries, 0)
  process.stdout.write(
    [
      `seed ${seed}, ${kills.length} kills, ${(elapsedMs / 1_000).toFixed(1)} s`,
      `publisher's ledger: ${publications.length} events, ${tries} requests, ${accepted.size} accepted`,
      ...rows.map(
        (row) =>
          `webhook ${row.webhook}${row.webhook === failingWebhook ? ' (fails at random)' : ''}: receiver's ledger: ${row.requests} requests, ${row.distinct} events, ${row.duplicates} duplicates (${row.unforced} without a kill); delivery log: ${row.delivered} delivered, ${row.exhausted} exhausted; accepted minus terminal: ${row.acceptedMinusTerminal}`,
      ),
      '',
    ].join('\n'),
  )

  expect(kills.length).toBeGreaterThanOrEqual(3)
  expect(accepted.size).toBe(events)
  expect(unverified).toBe(0)
  for (const row of rows) {
    expect(row).toMatchObject({
      unforced: 0,
      unknown: 0,
      neverSeen: 0,
      acceptedMinusTerminal: 0,
      unacceptedRows: 0,
    })
    expect(row.delivered + row.exhausted).toBe(events)
  }
})
