import { describe, expect, it } from 'vitest'
import { DynamoDeliveryLog } from '../../../functions/adapters/aws/dynamo-delivery-log.ts'
import { HourlyCounters } from '../../../functions/adapters/aws/hourly-counters.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest, retentionMs } from '../../contracts/harness.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'
import { meddled, throttled } from './meddled.ts'

describe('HourlyCounters', () => {
  const given = perTest(
    onDynalite(({ log: table }, { now }) => {
      const logged: unknown[] = []
      const told = { info: () => {}, error: (_: string, fields: unknown) => logged.push(fields) }
      const store = { table, now, retentionMs, log: told }
      return { counters: new HourlyCounters(store), log: new DynamoDeliveryLog(store), logged }
    }),
  )
  const sentAt = builtAt
  const hour = 3_600_000

  it('writes once for all requests since the last time, by webhook and hour', async () => {
    const { counters, log, tables } = given()
    const [one, other] = [aWebhook().id, aWebhook().id]
    for (let nth = 0; nth < 60; nth++)
      counters.count(nth % 3 === 0 ? other : one, {
        sentAt: nth % 2 === 0 ? sentAt : sentAt + hour,
        failed: nth % 5 === 0,
      })
    const bill = await billOf(tables, () => counters.write())
    expect(bill).toEqual({ readUnits: 0, writeUnits: 4, calls: { UpdateItemCommand: 4 } })
    expect(await log.stats(one)).toEqual({ total: 40, errored: 8 })
    expect(await log.stats(other)).toEqual({ total: 20, errored: 4 })
  })

  it('writes nothing twice, and nothing when nothing was counted', async () => {
    const { counters, log, tables } = given()
    const { id } = aWebhook()
    counters.count(id, { sentAt, failed: false })
    const bill = await billOf(tables, async () => {
      await Promise.all([counters.write(), counters.write()])
      await counters.write()
    })
    expect(bill.writeUnits).toBe(1)
    expect(await log.stats(id)).toEqual({ total: 1, errored: 0 })
  })

  it('loses what could not be written, says so, and counts what comes after', async () => {
    const { counters, log, tables, logged } = given()
    const { id } = aWebhook()
    for (let nth = 0; nth < 2; nth++) counters.count(id, { sentAt, failed: false })
    await meddled(tables, 'UpdateItemCommand', throttled, () => counters.write())
    expect(logged).toEqual([
      { counter: `count#${id}`, requests: 2, error: expect.stringContaining('Unavailable') },
    ])
    counters.count(id, { sentAt, failed: false })
    await counters.write()
    expect(await log.stats(id)).toEqual({ total: 1, errored: 0 })
  })
})
