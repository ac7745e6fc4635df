import { expect, it } from 'vitest'
import { sweepDeliveries } from '../../functions/use-cases/sweep-deliveries.ts'
import { answered, unanswered } from '../support/builders.ts'
import { openTestEngine } from '../support/engine.ts'

const stepMs = 30_000
const hour = 3_600_000
const windowMs = 10 * 60_000
const perStep = 4
const perWindow = (windowMs / stepMs) * perStep

// Fault 30 of docs/decisions/0012-breaker.md, with a clock that is moved.
it.each([
  ['hangs', unanswered('timeout')],
  ['refuses connections', unanswered('connection')],
  ['answers 503', answered(503)],
])('drains without a spike when every receiver %s for an hour', async (_, broken) => {
  let isDown = true
  const defaultSchedule = [0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000]
  const engine = await openTestEngine({ answer: () => (isDown ? broken : answered(200)), defaultSchedule })
  const webhooks = await Promise.all(Array.from({ length: 2 }, () => engine.addWebhook()))
  const startedAt = engine.now()
  const stepUntil = async (endMs: number) => {
    while (engine.now() < startedAt + endMs) {
      for (const webhook of webhooks) {
        const messages = await Promise.all(
          Array.from({ length: perStep }, () => engine.firstAttempt(webhook)),
        )
        await engine.deliveryQueue.send(
          messages.map((body) => ({ id: `${body.delivery_id}/1`, body, group: webhook.id })),
        )
      }
      await sweepDeliveries(engine)
      await engine.deliverDue()
      engine.advance(stepMs)
    }
  }
  await stepUntil(hour)
  const whileDown = engine.requests.length
  // A probe every five minutes and what opened the breakers, of 960 events: the receivers are spared.
  expect(whileDown).toBeLessThan(80)
  isDown = false
  await stepUntil(2.5 * hour)

  const counts = new Map<number, number>()
  for (const { at } of engine.requests.slice(whileDown)) {
    const window = Math.floor((at - startedAt) / windowMs)
    counts.set(window, (counts.get(window) ?? 0) + 1)
  }
  const steady = perWindow * webhooks.length
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(2 * steady)
  expect([...counts.values()].at(-1)).toBe(steady)
  const states = engine.database
    .prepare('select status, count(*) n, sum(attempts) attempts from deliveries group by status')
    .all()
  // All that was accepted is delivered, nearly all of it with its first attempt.
  expect(states).toMatchObject([{ status: 'delivered' }])
  const total = Number(states[0]?.n)
  expect(total).toBe(2.5 * (hour / stepMs) * perStep * webhooks.length)
  expect(Number(states[0]?.attempts) - total).toBeLessThan(80)
  expect((await engine.deliveryQueue.depth()).deadLetters).toBe(0)
  await engine.close()
})
