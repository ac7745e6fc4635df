import { describe, expect, it } from 'vitest'
import { DynamoDeliveries } from '../../../functions/adapters/aws/dynamo-deliveries.ts'
import { deliveryShards } from '../../../functions/adapters/aws/log-keys.ts'
import type { Attempt, Delivery } from '../../../functions/domain/delivery.ts'
import type { Event } from '../../../functions/domain/event.ts'
import { bodyHash } from '../../../functions/use-cases/accept-events.ts'
import { type Bill, billOf } from '../../contracts/dynalite-table.ts'
import { silent } from '../../contracts/emulator.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { aDelivery, anAttempt, anEvent, aWebhook, builtAt } from '../../support/builders.ts'
import { seededRandom } from '../../support/random.ts'
import { openLog } from './open-log.ts'

const random = seededRandom(7)
/** Bytes that nothing makes smaller. */
const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))

/** An attempt as it is really made: all our headers, an answer through a proxy. */
function aRealAttempt(over: Partial<Attempt> = {}, body = '{"ok":true}'): Attempt {
  return anAttempt({
    request: {
      url: 'https://ci.example.com/hooks/sourcegraph/9f8e7d6c5b4a',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'sourcegraph-outgoing-webhooks/0.1.0',
        'X-Sourcegraph-Webhook-Event-Type': 'batch_change:apply',
        'X-Sourcegraph-Webhook-Signature': noise(32).toString('hex'),
        'webhook-id': 'evt_01kaqc3h5n8r2c4x0123456789',
        'webhook-timestamp': '1795443600',
        'webhook-signature': `v1,${noise(32).toString('base64')} v1,${noise(32).toString('base64')}`,
      },
    },
    response: {
      status: over.error == null ? 200 : 503,
      headers: {
        date: 'Mon, 23 Nov 2026 14:20:00 GMT',
        'content-type': 'application/json; charset=utf-8',
        'content-length': '11',
        connection: 'keep-alive',
        'cf-cache-status': 'DYNAMIC',
        'cf-ray': '8e7f0123456789ab-FRA',
        server: 'cloudflare',
        'x-request-id': noise(16).toString('hex'),
      },
      body,
      bodyEncoding: 'utf8',
      truncated: false,
    },
    ...over,
  })
}

function delivered(over: Partial<Delivery> = {}): Delivery {
  return aDelivery({ status: 'delivered', attempts: 1, lastStatus: 200, lastDurationMs: 15_000, ...over })
}

function retrying(delivery: Delivery, attempts: number): Delivery {
  const lastError = 'The receiver answered 503.'
  return {
    ...delivery,
    ...{
      status: 'retrying',
      attempts,
      nextAttemptAt: builtAt,
      lastStatus: 503,
      lastDurationMs: 15_000,
      lastError,
      errored: true,
    },
  }
}

const error = 'The receiver answered 503.'

describe('what the log costs', () => {
  const given = perTest(openLog)
  const bill = (work: () => Promise<unknown>): Promise<Bill> => billOf(given().tables, work)
  const keyed = (event: Event) => {
    const key = { key: 'key-1', windowMs: 600_000, bodyHash: bodyHash(event.type, event.payload) }
    return { event, key }
  }
  // 1 KB as JSON comes: half of it ids that nothing makes smaller, half names and words. Of a batch change, whose id stands
  // in the item a second time.
  const payload = Buffer.from(
    JSON.stringify({
      id: 'QmF0Y2hDaGFuZ2U6MTcz',
      ids: noise(360).toString('base64'),
      text: 'word '.repeat(95),
    }),
  )

  it('is one write unit to accept an event of 1 KB, and two under a key', async () => {
    expect(payload.byteLength).toBeGreaterThan(990)
    const { events } = given()
    const one = { readUnits: 0, writeUnits: 1, calls: { PutItemCommand: 1 } }
    const two = { readUnits: 0, writeUnits: 2, calls: { PutItemCommand: 2 } }
    expect(await bill(() => events.store([{ event: anEvent({ payload }) }]))).toEqual(one)
    expect(await bill(() => events.store([keyed(anEvent({ payload }))]))).toEqual(two)
  })

  it('is one write unit and three read units to recognise a repeat', async () => {
    const { events } = given()
    const first = anEvent({ payload })
    await events.store([keyed(first)])
    await events.recordFanOut(first.id, { at: builtAt, webhookIds: [aWebhook().id], missedBy: [] })
    const repeat = keyed(anEvent({ payload, origin: first.origin }))
    expect(await bill(() => events.store([repeat]))).toMatchObject({ readUnits: 3, writeUnits: 1 })
  })

  it('is one write unit to record a fan-out to 50 webhooks', async () => {
    const webhookIds = Array.from({ length: 50 }, () => aWebhook().id)
    const fanOut = { at: builtAt, webhookIds, missedBy: [] }
    expect(await bill(() => given().events.recordFanOut(anEvent().id, fanOut))).toEqual({
      readUnits: 0,
      writeUnits: 1,
      calls: { PutItemCommand: 1 },
    })
  })

  it('is one put for a first attempt that succeeds, beside its share of a counter', async () => {
    const { tables, clock } = given()
    const deliveries = new DynamoDeliveries({ table: tables.log, now: clock.now, retentionMs, log: silent })
    const { id: webhookId } = aWebhook()
    const succeed = () =>
      deliveries.record({ delivery: delivered({ webhookId }), attempt: aRealAttempt(), sweepAt: null })
    const batch = async () => {
      await Promise.all(Array.from({ length: 10 }, succeed))
      await deliveries.writeCounts()
    }
    expect(await bill(batch)).toEqual({
      readUnits: 0,
      writeUnits: 11,
      calls: { PutItemCommand: 10, UpdateItemCommand: 1 },
    })
  })

  it('is one read unit to see that a delivery has not been attempted', async () => {
    expect(await bill(() => given().deliveries.find(aDelivery().id))).toMatchObject({ readUnits: 1 })
  })

  it('is four write units for a failed attempt: row, counter, due mark, and a mark or the attempt itself', async () => {
    const { deliveries } = given()
    const delivery = aDelivery()
    const fail = (number: number) =>
      bill(() =>
        deliveries.record({
          delivery: retrying(delivery, number),
          attempt: aRealAttempt({ number, sentAt: builtAt + number, error }),
          sweepAt: builtAt + number,
        }),
      )
    expect(await fail(1)).toMatchObject({ readUnits: 0, writeUnits: 4 })
    expect(await fail(2)).toMatchObject({ readUnits: 0, writeUnits: 4 })
    expect(await fail(3)).toMatchObject({ readUnits: 0, writeUnits: 4 })
  })

  it('does not grow with answers already logged', async () => {
    const { deliveries } = given()
    const delivery = aDelivery()
    const attempt = aRealAttempt({ error }, noise(12_000).toString('base64'))
    await deliveries.record({ delivery: retrying(delivery, 1), attempt, sweepAt: null })
    const second = aRealAttempt({ number: 2, error })
    const write = () => deliveries.record({ delivery: retrying(delivery, 2), attempt: second, sweepAt: null })
    expect(await bill(write)).toMatchObject({ writeUnits: 3 })
  })

  it('is three write units to have the sweep look at a delivery later', async () => {
    const { deliveries } = given()
    const delivery = retrying(aDelivery(), 1)
    await deliveries.record({ delivery, sweepAt: builtAt })
    expect(await bill(() => deliveries.setSweepAt(delivery.id, builtAt + 1))).toMatchObject({
      readUnits: 0,
      writeUnits: 3,
    })
  })

  it('is a look at each shard for a page, however long the log is and however deep the page', async () => {
    const { deliveries, log } = given()
    const { id: webhookId } = aWebhook()
    const ages = Array.from({ length: 600 }, (_, age) => age)
    await Promise.all(
      ages.map((age) =>
        deliveries.record({
          delivery: delivered({ webhookId, createdAt: builtAt - age }),
          attempt: aRealAttempt(),
          sweepAt: null,
        }),
      ),
    )
    for (const to of [builtAt, builtAt - 550]) {
      const page = await bill(() => log.ofWebhook({ webhookId, to, limit: 20 }))
      // One shard may have to be asked twice.
      expect(page.calls.QueryCommand).toBeLessThanOrEqual(deliveryShards + 1)
      expect(page.readUnits).toBeLessThanOrEqual(6)
    }
  })
})
