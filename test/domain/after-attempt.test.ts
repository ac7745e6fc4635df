import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterAttempt, type Decision } from '../../functions/domain/after-attempt.ts'
import { type DeliveryTrigger, isTerminal } from '../../functions/domain/delivery.ts'
import type { FailureReason } from '../../functions/domain/outcome.ts'
import { aDelivery, answered, builtAt, unanswered } from '../support/builders.ts'

const schedule = [0, 10_000, 60_000]
const nowMs = builtAt + 1_000
const durationMs = 87
const afterwards = { schedule, nowMs, durationMs, chance: 0.5 }
const triggers: readonly DeliveryTrigger[] = ['event', 'redelivery', 'replay', 'test']
const reasons: readonly FailureReason[] = [
  'denied',
  'breaker',
  'dns',
  'connection',
  'tls',
  'timeout',
  'protocol',
]
const statuses = Array.from({ length: 400 }, (_, offset) => 200 + offset)

const expectedStatus = {
  deliver: 'delivered',
  retry: 'retrying',
  exhaust: 'exhausted',
  disable: 'exhausted',
} as const

function kindFor(status: number, trigger: DeliveryTrigger, attempts: number): Decision['kind'] {
  if (status >= 200 && status <= 299) return 'deliver'
  if (trigger === 'test') return 'exhaust'
  if (status === 410) return 'disable'
  return attempts === schedule.length ? 'exhaust' : 'retry'
}

describe('afterAttempt', () => {
  describe.each(triggers)('of a delivery by %s', (trigger) => {
    it.each([1, 2, 3])('decides on every status after attempt %d', (attempts) => {
      const delivery = aDelivery({ trigger, attempts: attempts - 1 })
      const decided = statuses.map((status) => afterAttempt(delivery, answered(status), afterwards).kind)
      expect(decided).toEqual(statuses.map((status) => kindFor(status, trigger, attempts)))
    })

    it.each(reasons)('takes "%s" for a failure that may pass', (reason) => {
      const decisions = [0, 1, 2].map((attempts) =>
        afterAttempt(aDelivery({ trigger, attempts }), unanswered(reason), afterwards),
      )
      const kinds = trigger === 'test' ? ['exhaust', 'exhaust', 'exhaust'] : ['retry', 'retry', 'exhaust']
      expect(decisions.map(({ kind }) => kind)).toEqual(kinds)
    })
  })

  it('marks a first success as delivered and free of errors', () => {
    const delivery = aDelivery()
    expect(afterAttempt(delivery, answered(204), afterwards)).toEqual({
      kind: 'deliver',
      delivery: {
        ...delivery,
        status: 'delivered',
        attempts: 1,
        updatedAt: nowMs,
        lastStatus: 204,
        lastDurationMs: 87,
      },
    })
  })

  it('keeps in mind that an attempt failed before the one that succeeded', () => {
    const failed = afterAttempt(aDelivery(), answered(500), afterwards).delivery
    const { delivery } = afterAttempt(failed, answered(200), afterwards)
    expect(delivery).toMatchObject({ errored: true, lastError: null, lastStatus: 200, nextAttemptAt: null })
  })

  it('plans the next attempt by the schedule', () => {
    const delivery = aDelivery({ attempts: 1 })
    expect(afterAttempt(delivery, unanswered('dns', 'No such name.'), afterwards)).toEqual({
      kind: 'retry',
      at: nowMs + 60_000,
      delivery: {
        ...delivery,
        status: 'retrying',
        attempts: 2,
        updatedAt: nowMs,
        nextAttemptAt: nowMs + 60_000,
        lastStatus: 0,
        lastDurationMs: 87,
        lastError: 'No such name.',
        errored: true,
      },
    })
  })

  it.each([
    ['15', 15_000],
    ['0', 10_000],
    ['1000000000', 20_000],
    ['garbage', 8_000],
    ['Mon, 23 Nov 2026 14:20:13 GMT', 12_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 8_000],
  ])('honours "Retry-After: %s" between once and twice the planned wait', (value, waitMs) => {
    const outcome = answered(429, { 'retry-after': value })
    const decision = afterAttempt(aDelivery(), outcome, { ...afterwards, chance: 0 })
    expect(decision).toMatchObject({ kind: 'retry', at: nowMs + waitMs })
  })

  it('makes one decision of any attempt, and counts it', () => {
    const anyOutcome = fc.oneof(
      fc.tuple(fc.integer({ min: 100, max: 999 }), fc.string()).map(([status, wait]) => {
        return answered(status, { 'retry-after': wait })
      }),
      fc.constantFrom(...reasons).map((reason) => unanswered(reason)),
    )
    const anyDelivery = fc.record({
      trigger: fc.constantFrom(...triggers),
      attempts: fc.nat(25),
      errored: fc.boolean(),
    })
    const anyChance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(anyDelivery, anyOutcome, anyChance, (over, outcome, chance) => {
        const before = aDelivery(over)
        const decision = afterAttempt(before, outcome, { schedule, nowMs, durationMs, chance })
        const { kind, delivery } = decision
        expect(delivery.status).toBe(expectedStatus[kind])
        expect(delivery).toMatchObject({ attempts: before.attempts + 1, lastDurationMs: durationMs })
        expect(delivery.nextAttemptAt).toBe(decision.kind === 'retry' ? decision.at : null)
        expect(isTerminal(delivery.status)).toBe(kind !== 'retry')
        expect(delivery.errored).toBe(before.errored || kind !== 'deliver')
        expect(delivery.lastError === null).toBe(kind === 'deliver')
        const { id, eventId, webhookId, eventType, trigger, createdAt } = before
        expect(delivery).toMatchObject({ id, eventId, webhookId, eventType, trigger, createdAt })
      }),
    )
  })
})
