import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { AesCipher } from '../functions/adapters/aes-cipher.ts'
import { openDatabase } from '../functions/adapters/sqlite/database.ts'
import { deliveryId, eventId } from '../functions/domain/ids.ts'
import { openDataFolder } from '../local/data-folder.ts'

/** The webhook that most of the rows belong to. */
export const busiestWebhook = 'whk_0000000000000001'
const webhookIds = [busiestWebhook, 'whk_0000000000000002', 'whk_0000000000000003']

/** How far back the rows reach, in milliseconds. */
export const seededSpanMs = 25 * 86_400_000

/** One event in a thousand has this type. */
export const rareType = 'changeset:publish_error'

const requestHeaders = JSON.stringify({
  'Content-Type': 'application/json; charset=utf-8',
  'User-Agent': 'Sourcegraph-Outgoing-Webhooks/0.1.0',
  'X-Sourcegraph-Webhook-Event-Type': 'batch_change:apply',
  'X-Sourcegraph-Webhook-Signature': '0'.repeat(64),
  'webhook-id': `evt_${'0'.repeat(26)}`,
  'webhook-timestamp': '1795446070',
  'webhook-signature': `v1,${'A'.repeat(43)}=`,
})
const response = JSON.stringify({
  status: 200,
  headers: { date: 'Mon, 23 Nov 2026 15:01:10 GMT', connection: 'keep-alive', 'content-length': '2' },
  body: 'ok',
  bodyEncoding: 'utf8',
  truncated: false,
})

/**
 * Fills a new data folder with a log of `rows` deliveries, each with an attempt, of events over 25 days: 1 % failed,
 * most of them one webhook's. The tables are written directly, which is a hundred times faster than delivering.
 * @param withinSeconds no more is begun after that.
 * @returns how many there are now.
 */
export async function seedLog(dataDir: string, rows: number, withinSeconds: number): Promise<number> {
  const endsAt = performance.now() + 1_000 * withinSeconds
  const folder = openDataFolder(dataDir)
  const database = openDatabase(folder.databaseFile)
  // The bench makes the data anew after a crash, so no commit need wait for the disk.
  database.exec('pragma synchronous = off; pragma cache_size = -1000000; pragma wal_autocheckpoint = 20000')
  const now = Date.now()
  const cipher = new AesCipher(folder.key)
  const webhook = database.prepare(
    `insert into webhooks (id, url, description, event_types, scope, headers, secret, enabled, version, created_at, updated_at)
     values (?, 'http://127.0.0.1:9/', '', '["none:such"]', '{}', '{}', ?, 1, 1, ?, ?)`,
  )
  for (const id of webhookIds) webhook.run(id, await cipher.seal('secret', id), now, now)
  const event = database.prepare(
    `insert into events (id, type, origin_kind, origin_id, accepted_at, payload) values (?, ?, 'token', 'tok_0000000000000000', ?, ?)`,
  )
  const fanOut = database.prepare(
    `insert into fan_outs (event_id, at, webhook_ids, missed_by) values (?, ?, ?, '[]')`,
  )
  const delivery = database.prepare(
    `insert into deliveries (id, event_id, webhook_id, event_type, "trigger", status, attempts, created_at, updated_at, last_status, last_duration_ms, last_error, errored)
     values (?, ?, ?, ?, 'event', ?, 1, ?, ?, ?, 12, ?, ?)`,
  )
  const attempt = database.prepare(
    `insert into attempts (delivery_id, number, sent_at, duration_ms, url, request_headers, response, error)
     values (?, 1, ?, 12, 'http://127.0.0.1:9/', ?, ?, ?)`,
  )
  const payload = Buffer.from(JSON.stringify({ text: randomBytes(180).toString('hex') }))
  database.exec('begin')
  let written = 0
  for (let nth = 0; written < rows; nth++) {
    const time = Math.floor(now - seededSpanMs + (seededSpanMs * written) / rows)
    const id = eventId(time, randomBytes(16))
    const type = nth % 1_000 === 0 ? rareType : 'batch_change:apply'
    const wanting = nth % 10 === 0 ? webhookIds : nth % 3 === 0 ? webhookIds.slice(0, 2) : [busiestWebhook]
    event.run(id, type, time, payload)
    fanOut.run(id, time, JSON.stringify(wanting))
    for (const webhookId of wanting) {
      const failed = written % 100 === 7
      const ofWebhook = deliveryId({ eventId: id, webhookId })
      const error = failed ? 'The receiver answered 500.' : null
      const [status, code] = failed ? ['exhausted', 500] : ['delivered', 200]
      delivery.run(ofWebhook, id, webhookId, type, status, time, time, code, error, Number(failed))
      attempt.run(ofWebhook, time, requestHeaders, response, error)
      written++
    }
    if (nth % 20_000 !== 0) continue
    database.exec('commit; begin')
    if (performance.now() > endsAt) break
    // Who wants to end the bench is heard in between.
    await setImmediate()
  }
  database.exec('commit; pragma wal_checkpoint(truncate)')
  database.close()
  folder.unlock()
  return Math.min(rows, written)
}
