import { expect, it } from 'vitest'
import { advanceReplays } from '../../functions/use-cases/advance-replays.ts'
import { startReplay } from '../../functions/use-cases/start-replay.ts'
import { anEvent, builtAt } from '../support/builders.ts'
import { openTestEngine } from '../support/engine.ts'

const count = 100_000
const hour = 3_600_000

it('counts and queues 100,000 events, each once, in bounded steps', { timeout: 240_000 }, async () => {
  const engine = await openTestEngine()
  try {
    const { id: webhookId } = await engine.addWebhook()
    for (let at = 0; at < count; at += 1_000) {
      const events = Array.from({ length: 1_000 }, (_, nth) => anEvent({ acceptedAt: builtAt + at + nth }))
      const fanOut = { at: builtAt + at, webhookIds: [], missedBy: [webhookId] }
      await engine.events.store(events.map((event) => ({ event })))
      await Promise.all(events.map(({ id }) => engine.events.recordFanOut(id, fanOut)))
    }
    engine.advance(hour)
    const wanted = { since: builtAt, until: undefined, include: 'missed', rate: 500 } as const
    const startedAt = performance.now()
    const dry = await startReplay(engine, webhookId, { ...wanted, dryRun: true })
    expect(dry).toMatchObject({ status: 'finished', examined: count, matched: count })
    const countedAt = performance.now()

    const { id } = await startReplay(engine, webhookId, { ...wanted, dryRun: false })
    const step = { aheadMs: 75_000, endsAt: Number.POSITIVE_INFINITY }
    for (let steps = 1; (await engine.replays.get(id))?.status === 'running'; steps++) {
      await advanceReplays(engine, step)
      const { queued, status } = (await engine.replays.get(id)) ?? {}
      if (status === 'running') expect(queued).toBe(Math.min(count, 37_500 + (steps - 1) * 30_000))
      engine.advance(60_000)
    }
    expect(await engine.replays.get(id)).toMatchObject({ status: 'finished', queued: count, matched: count })
    const queued = engine.database.prepare("select count(*) n from messages where queue = 'delivery'").get()
    const events = engine.database
      .prepare("select count(distinct event_id) n from deliveries where trigger = 'replay'")
      .get()
    expect([queued?.n, events?.n]).toEqual([count, count])
    process.stdout.write(
      `100,000 events on SQLite: counted in ${(countedAt - startedAt).toFixed()} ms, queued in ${(performance.now() - countedAt).toFixed()} ms\n`,
    )
  } finally {
    await engine.close()
  }
})
