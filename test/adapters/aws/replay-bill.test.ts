import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Replay } from '../../../functions/domain/replay.ts'
import { type AdvanceReplays, advanceReplays } from '../../../functions/use-cases/advance-replays.ts'
import { billOf } from '../../contracts/dynalite-table.ts'
import { ManualClock } from '../../contracts/harness.ts'
import { aDelivery, anEvent, aReplay, aWebhook, builtAt } from '../../support/builders.ts'
import { openReplays } from './open-replays.ts'

const count = 2_000
const page = 200
const minute = 60_000

describe('what a replay of 2,000 events asks of DynamoDB', { timeout: 120_000 }, () => {
  const clock = new ManualClock()
  let given: Awaited<ReturnType<typeof openReplays>>
  const webhook = aWebhook({ createdAt: builtAt - 1 })
  let queued: string[] = []

  /** Events that the webhook got; one in twenty failed for good. */
  async function deliveredAndFailed() {
    const { events, deliveries } = given
    const all = Array.from({ length: count }, (_, nth) => anEvent({ acceptedAt: builtAt + nth }))
    for (let at = 0; at < count; at += 100)
      await events.store(all.slice(at, at + 100).map((event) => ({ event })))
    for (let at = 0; at < count; at += 100)
      await Promise.all(
        all.slice(at, at + 100).map(async ({ id: eventId, acceptedAt: createdAt }, nth) => {
          await events.recordFanOut(eventId, { at: createdAt, webhookIds: [webhook.id], missedBy: [] })
          const errored = nth % 20 === 0
          const status = errored ? 'exhausted' : 'delivered'
          const over = { eventId, webhookId: webhook.id, createdAt, status, attempts: 1, errored } as const
          await deliveries.record({ delivery: aDelivery(over), sweepAt: null })
        }),
      )
    await clock.advance(minute)
  }

  /** Runs a replay to its end; returns what it came to, and the calls that it took. */
  async function run(over: Partial<Replay>) {
    const { events, deliveries, replays, tables } = given
    queued = []
    const replay = aReplay({
      webhookId: webhook.id,
      createdAt: clock.now(),
      since: builtAt - 1,
      rate: 500,
      ...over,
    })
    await replays.create(replay)
    const deps: AdvanceReplays = {
      ...{ events, deliveries, replays, now: clock.now, newRun: () => 'run' },
      webhooks: { get: async () => webhook },
      deliveryQueue: {
        send: async (messages) => {
          queued.push(...messages.map(({ id }) => id))
          return []
        },
      },
    }
    const bill = await billOf(tables, () =>
      advanceReplays(deps, { aheadMs: 75_000, endsAt: Number.POSITIVE_INFINITY }),
    )
    return { bill, replay: await replays.get(replay.id) }
  }

  beforeAll(async () => {
    given = await openReplays(clock)
    await deliveredAndFailed()
  }, 120_000)
  afterAll(() => given.close())

  it('is a few calls a page to count, and as many pages as there are', async () => {
    const { bill, replay } = await run({ dryRun: true, include: 'all' })
    expect(replay).toMatchObject({ status: 'finished', examined: count, matched: count, queued: 0 })
    const pages = count / page + 1
    const { QueryCommand = 0, BatchGetItemCommand = 0, UpdateItemCommand = 0, ...others } = bill.calls
    // Heads of eight shards, in one round or two; and the runs.
    expect(QueryCommand / pages).toBeLessThanOrEqual(8 * 2 + 1 + 1)
    // A hundred fan-outs or rows a call.
    expect(BatchGetItemCommand).toBe(4 * (pages - 1))
    expect(UpdateItemCommand).toBe(pages + 1)
    expect(others).toEqual({ GetItemCommand: 1, DeleteItemCommand: 1 })
    expect(bill.writeUnits).toBeLessThan(3 * pages)
    process.stdout.write(`2,000 events counted on DynamoDB: ${JSON.stringify(bill)}\n`)
  })

  it('looks for failures at nothing but failures', async () => {
    const { bill, replay } = await run({ dryRun: true, include: 'failed' })
    expect(replay).toMatchObject({ status: 'finished', examined: count / 20, matched: count / 20 })
    expect(bill.calls.QueryCommand).toBeLessThanOrEqual(5 * 3 + 1)
    expect(bill.calls.BatchGetItemCommand).toBe(3)
    expect(bill.readUnits).toBeLessThan(4 * (count / 20) + 50)
  })

  it('is four writes for each that it queues', async () => {
    const { bill, replay } = await run({ include: 'failed' })
    const sent = count / 20
    expect(replay).toMatchObject({ status: 'finished', matched: sent, queued: sent })
    expect(new Set(queued).size).toBe(sent)
    expect(bill.calls.GetItemCommand).toBe(1)
    // A row, its time for the sweep, and its marks under its event and its webhook.
    expect((bill.calls.PutItemCommand ?? 0) + (bill.calls.UpdateItemCommand ?? 0)).toBe(4 * sent + 3)
    process.stdout.write(`100 events queued on DynamoDB: ${JSON.stringify(bill)}\n`)
  })
})
