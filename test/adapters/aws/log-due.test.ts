import { describe, expect, it } from 'vitest'
import { dueKey, duePartition, dueShards } from '../../../functions/adapters/aws/log-keys.ts'
import type { Delivery } from '../../../functions/domain/delivery.ts'
import { billOf } from '../../contracts/dynalite-table.ts'
import { idsOf, perTest } from '../../contracts/harness.ts'
import { aDelivery, builtAt } from '../../support/builders.ts'
import { openLog } from './open-log.ts'

const minute = 60_000
const hour = 60 * minute

describe('the due index', () => {
  const given = perTest(openLog)
  const retrying = (attempts = 1): Delivery => aDelivery({ status: 'retrying', attempts, errored: true })
  const marks = async () => {
    const partitions = Array.from({ length: dueShards }, (_, shard) => duePartition(shard))
    return (await Promise.all(partitions.map((pk) => given().tables.log.all({ pk })))).flat()
  }
  const mark = (delivery: Delivery, at: number) => given().tables.log.put({ ...dueKey(delivery.id, at) })

  it('forgets the mark of a delivery that is over, when its time comes', async () => {
    const { deliveries } = given()
    const delivery = retrying()
    await deliveries.record({ delivery, sweepAt: builtAt })
    await deliveries.record({ delivery: { ...delivery, status: 'delivered', attempts: 2 }, sweepAt: null })
    expect(await deliveries.due(builtAt - 1, 10)).toEqual([])
    expect(await marks()).toHaveLength(1)
    expect(await deliveries.due(builtAt, 10)).toEqual([])
    expect(await marks()).toEqual([])
  })

  it('forgets a mark that its delivery has left behind, and keeps the later one', async () => {
    const { deliveries } = given()
    const delivery = retrying()
    await deliveries.record({ delivery, sweepAt: builtAt })
    const later = { ...delivery, attempts: 2 }
    await deliveries.record({ delivery: later, sweepAt: builtAt + minute })
    expect(await deliveries.due(builtAt, 10)).toEqual([])
    expect(await marks()).toHaveLength(1)
    expect(await deliveries.due(builtAt + minute, 10)).toEqual([later])
  })

  it('hands out a delivery once though it was brought forward past a mark of its own', async () => {
    const { deliveries } = given()
    const delivery = retrying()
    await deliveries.record({ delivery, sweepAt: builtAt + hour })
    await deliveries.record({ delivery, sweepAt: builtAt })
    expect(await deliveries.due(builtAt + hour, 10)).toEqual([delivery])
  })

  it('waits for the row of a mark for an hour, not longer', async () => {
    const { deliveries } = given()
    const [early, never] = [retrying(), retrying()]
    await mark(early, builtAt)
    await mark(never, builtAt)
    expect(await deliveries.due(builtAt + hour, 10)).toEqual([])
    expect(await marks()).toHaveLength(2)
    await deliveries.record({ delivery: early, sweepAt: builtAt })
    expect(await deliveries.due(builtAt + 2 * hour, 10)).toEqual([early])
    expect(await marks()).toHaveLength(1)
  })

  it('keeps a mark that is ahead of its row', async () => {
    const { deliveries } = given()
    const delivery = retrying()
    await deliveries.record({ delivery, sweepAt: builtAt })
    await mark(delivery, builtAt + 1)
    expect(await deliveries.due(builtAt + 1, 10)).toEqual([delivery])
    expect(await marks()).toHaveLength(2)
  })

  it('hands out what is due behind any number of marks that are worth nothing', async () => {
    const { deliveries } = given()
    await Promise.all(Array.from({ length: 300 }, (_, nth) => mark(retrying(), builtAt + nth)))
    const due = [retrying(), retrying()]
    for (const delivery of due) await deliveries.record({ delivery, sweepAt: builtAt + hour })
    const found = await deliveries.due(builtAt + hour, 2)
    expect(idsOf(found).sort()).toEqual(idsOf(due).sort())
  })

  it('costs nothing to have a delivery looked at when the sweep is to look already', async () => {
    const { deliveries, tables } = given()
    const delivery = retrying()
    await deliveries.record({ delivery, sweepAt: builtAt })
    await deliveries.setSweepAt(delivery.id, builtAt)
    expect(await deliveries.due(builtAt, 10)).toEqual([delivery])
    expect((await billOf(tables, () => deliveries.setSweepAt('dlv_nonsense', builtAt))).calls).toEqual({})
  })

  it('leaves no mark for a delivery that is over', async () => {
    const { deliveries } = given()
    const delivery = aDelivery({ status: 'delivered', attempts: 1 })
    await deliveries.record({ delivery, sweepAt: null })
    await deliveries.setSweepAt(delivery.id, builtAt)
    expect(await marks()).toEqual([])
  })
})
