import { describe, expect, it } from 'vitest'
import { DynamoDeliveryLog } from '../../../functions/adapters/aws/dynamo-delivery-log.ts'
import { HourlyCounters } from '../../../functions/adapters/aws/hourly-counters.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'
import { type Meddling, meddled, throttled } from './meddled.ts'

describe('HourlyCounters', () => {
  const given = perTest(
    onDynalite(({ log: table }, { now }) => {
      const store = { table, now, retentionMs, log: { info: () => {}, error: () => {} } }
      return { counters: new HourlyCounters(store), log: new DynamoDeliveryLog(store) }
    }),
  )
  const sentAt = builtAt
  const hour = 3_600_000

  it('writes once for all requests of one turn, by webhook and hour', async () => {
    const { counters, log, tables } = given()
    const [one, other] = [aWebhook().id, aWebhook().id]
    const requests = Array.from({ length: 60 }, (_, nth) => ({
      webhookId: nth % 3 === 0 ? other : one,
      sentAt: nth % 2 === 0 ? sentAt : sentAt + hour,
      failed: nth % 5 === 0,
    }))
    const bill = await billOf(tables, () =>
      Promise.all(requests.map(({ webhookId, ...request }) => counters.count(webhookId, request))),
    )
    expect(bill).toEqual({ readUnits: 0, writeUnits: 4, calls: { UpdateItemCommand: 4 } })
    expect(await log.stats(one)).toEqual({ total: 40, errored: 8 })
    expect(await log.stats(other)).toEqual({ total: 20, errored: 4 })
  })

  it('gathers what comes while a write is under way into the next one', async () => {
    const { counters, log, tables } = given()
    const { id } = aWebhook()
    const arrived = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const held: Meddling = async (send) => {
      arrived.resolve()
      await gate.promise
      return send()
    }
    const bill = await billOf(tables, () =>
      meddled(tables, 'UpdateItemCommand', held, async () => {
        const counts = [counters.count(id, { sentAt, failed: false })]
        await arrived.promise
        for (let nth = 0; nth < 9; nth++) {
          counts.push(counters.count(id, { sentAt, failed: true }))
          await new Promise((resolve) => setImmediate(resolve))
        }
        gate.resolve()
        await Promise.all(counts)
      }),
    )
    expect(bill.writeUnits).toBe(2)
    expect(await log.stats(id)).toEqual({ total: 10, errored: 9 })
  })

  it('rejects what could not be written, and counts what comes after', async () => {
    const { counters, log, tables } = given()
    const { id } = aWebhook()
    await meddled(tables, 'UpdateItemCommand', throttled, async () => {
      const lost = [1, 2].map(() => counters.count(id, { sentAt, failed: false }))
      for (const count of lost) await expect(count).rejects.toBeInstanceOf(Unavailable)
    })
    await counters.count(id, { sentAt, failed: false })
    expect(await log.stats(id)).toEqual({ total: 1, errored: 0 })
  })
})
