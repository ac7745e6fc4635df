import { expect, it } from 'vitest'
import { simulateFlood } from '../support/lambda-simulation.ts'
import { quantile } from '../support/pace.ts'

const cases = [15_000, 2_000, 800, 400, 250, 150, 105, 100].flatMap((answerMs) =>
  [5, 20, 60, 200].map((batches) => [answerMs, batches] as const),
)

// Fault 29 on AWS; docs/decisions/0012-breaker.md.
it.each(cases)(
  'leaves 99 webhooks their pace when one that takes %d ms gets 10,000 events, at %d batches',
  (answerMs, batches) => {
    const { before, during, mostTroubled } = simulateFlood({ answerMs, batches, isGuarded: true })
    expect(quantile(during, 0.99)).toBeLessThanOrEqual(2 * quantile(before, 0.99))
    // A quarter of all batches, and those that the first few trials caught.
    if (answerMs > 100) expect(mostTroubled).toBeLessThan(60)
    expect(during).toHaveLength(25_000)
  },
)

it('would not leave them so without breaker, pace and trials', () => {
  const { before, during } = simulateFlood({ answerMs: 15_000, batches: 200, isGuarded: false })
  expect(quantile(during, 0.99)).toBeGreaterThan(100 * quantile(before, 0.99))
})

// docs/decisions/0024-packed-deliveries.md.
it.each(
  [15_000, 2_000, 800, 100].flatMap((answerMs) =>
    [5, 60, 200].map((batches) => [answerMs, batches] as const),
  ),
)(
  'leaves all webhooks their pace when one that takes %d ms gets 10,000 events together with nine that are well, at %d batches',
  (answerMs, batches) => {
    const flood = { answerMs, batches, isGuarded: true, others: 9 }
    const [packed, alone] = [true, false].map((isPacked) => simulateFlood({ ...flood, isPacked }))
    if (packed === undefined || alone === undefined) throw new Error('There were two.')
    expect(quantile(packed.during, 0.99)).toBeLessThanOrEqual(quantile(packed.before, 0.99) + 25)
    if (answerMs > 500) expect(packed.mostTroubled).toBeLessThan(60)
    // Those that travel with it are all served, and sooner than if each went by itself.
    expect(packed.riders).toHaveLength(90_000)
    expect(quantile(packed.riders, 0.99)).toBeLessThan(quantile(alone.riders, 0.99))
  },
)

it('would not leave those their pace that travel with a receiver that hangs, without breaker, pace and trials', () => {
  const flood = { answerMs: 15_000, batches: 200, others: 9, isPacked: true }
  const [guarded, bare] = [true, false].map((isGuarded) => simulateFlood({ ...flood, isGuarded }))
  expect(quantile(bare?.riders ?? [], 0.99)).toBeGreaterThan(10 * quantile(guarded?.riders ?? [], 0.99))
})
