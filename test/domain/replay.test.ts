import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeliveryStatus } from '../../functions/domain/delivery.ts'
import {
  freeSlots,
  judge,
  type Known,
  type ReplayKind,
  replayKinds,
  replayOf,
  slotAt,
} from '../../functions/domain/replay.ts'
import { aDelivery, aReplay, builtAt } from '../support/builders.ts'

type Case = [way: Known['fannedOut'], statuses: readonly DeliveryStatus[], sentBy: readonly ReplayKind[]]

function known(over: Partial<Known>): Known {
  return {
    ...{
      isTest: false,
      acceptedAt: builtAt,
      webhookCreatedAt: builtAt - 1,
      fannedOut: 'sent',
      deliveries: [],
    },
    ...over,
  }
}

/** Deliveries of one event with those statuses, the first of them fan-out's unless it made none. */
function deliveriesOf(statuses: readonly DeliveryStatus[], way: Known['fannedOut'] = 'sent') {
  return statuses.map((status, nth) => {
    const trigger = nth === 0 && way === 'sent' ? 'event' : 'redelivery'
    return aDelivery({ status, trigger })
  })
}

describe('judge', () => {
  const cases: readonly Case[] = [
    ['sent', ['delivered'], ['all']],
    ['sent', ['exhausted'], ['all', 'failed']],
    ['sent', ['cancelled'], ['all', 'missed']],
    ['sent', ['exhausted', 'delivered'], ['all']],
    ['sent', ['exhausted', 'exhausted'], ['all', 'failed']],
    ['sent', ['exhausted', 'cancelled'], ['all', 'failed']],
    ['sent', ['cancelled', 'delivered'], ['all']],
    ['missed', [], ['all', 'missed']],
    ['missed', ['delivered'], ['all']],
    ['missed', ['exhausted'], ['all', 'failed']],
    ['missed', ['cancelled'], ['all', 'missed']],
    ['not wanted', [], ['all']],
    ['not wanted', ['exhausted'], ['all', 'failed']],
  ]

  it.each(cases)(
    'of an event that was %s and has deliveries %j: sent by %j',
    (fannedOut, statuses, sentBy) => {
      const event = known({ fannedOut, deliveries: deliveriesOf(statuses, fannedOut) })
      expect(replayKinds.filter((include) => judge(include, event) === 'send')).toEqual(sentBy)
      for (const include of replayKinds) expect(judge(include, { ...event, isTest: true })).toBe('leave')
    },
  )

  it.each([
    ['that was not fanned out yet', known({ fannedOut: undefined })],
    ['whose first attempt is yet to come', known({})],
    ['that is pending', known({ deliveries: deliveriesOf(['pending']) })],
    ['that is retried', known({ deliveries: deliveriesOf(['retrying']) })],
    ['that is delivered and sent again', known({ deliveries: deliveriesOf(['delivered', 'pending']) })],
    [
      'whose first attempt is yet to come, in spite of a run',
      known({ deliveries: deliveriesOf(['exhausted'], 'missed') }),
    ],
  ])('sends none a second time %s', (_, event) => {
    for (const include of replayKinds) expect(judge(include, event)).toBe('under way')
  })

  it('takes what came before the webhook was created for missed', () => {
    const before = known({ fannedOut: 'not wanted', webhookCreatedAt: builtAt + 1 })
    expect(judge('missed', before)).toBe('send')
    expect(judge('missed', { ...before, deliveries: deliveriesOf(['delivered'], 'not wanted') })).toBe(
      'leave',
    )
  })

  it('takes no event for both failed and missed, and all that either sends for one of all', () => {
    const some = fc.record({
      fannedOut: fc.constantFrom('sent', 'missed', 'not wanted', undefined) as fc.Arbitrary<
        Known['fannedOut']
      >,
      statuses: fc.array(
        fc.constantFrom<DeliveryStatus>('pending', 'retrying', 'delivered', 'exhausted', 'cancelled'),
        { maxLength: 4 },
      ),
      webhookCreatedAt: fc.integer({ min: builtAt - 1, max: builtAt + 1 }),
    })
    fc.assert(
      fc.property(some, ({ fannedOut, statuses, webhookCreatedAt }) => {
        const event = known({ fannedOut, webhookCreatedAt, deliveries: deliveriesOf(statuses, fannedOut) })
        const sentBy = replayKinds.filter((include) => judge(include, event) === 'send')
        expect(sentBy.length).toBeLessThanOrEqual(2)
        if (sentBy.length > 0) expect(sentBy[0]).toBe('all')
        if (statuses.some((status) => status === 'pending' || status === 'retrying'))
          expect(sentBy).toEqual([])
      }),
    )
  })
})

describe('the pace of a replay', () => {
  it('leaves no gap and no crowd, whenever it is worked on', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1_000, max: 75_000 }),
        steps,
        (rate, aheadMs, waits) => {
          let nowMs = builtAt
          let replay = aReplay({ rate, pacedUntil: nowMs })
          const times: number[] = []
          for (const waitMs of waits) {
            nowMs += waitMs
            const free = freeSlots(replay, nowMs, aheadMs)
            for (let nth = 0; nth < free; nth++) times.push(slotAt(replay, nowMs, nth))
            replay = { ...replay, pacedUntil: slotAt(replay, nowMs, free) }
            expect(replay.pacedUntil).toBeLessThanOrEqual(nowMs + aheadMs + 1)
            expect(replay.pacedUntil).toBeGreaterThan(nowMs + aheadMs - 1_000 / rate - 1)
          }
          const crowds = times.filter((time, nth) => (times[nth + rate + 2] ?? Infinity) < time + 1_000)
          expect(crowds).toEqual([])
        },
      ),
      { numRuns: 30 },
    )
  })
})

it('names the replay that made a delivery', () => {
  const delivery = aDelivery({ trigger: 'replay' })
  expect(replayOf(delivery)).toBe(`rpl_${delivery.id.slice(-16)}`)
  expect(replayOf(aDelivery({ trigger: 'redelivery' }))).toBeUndefined()
  expect(replayOf(aDelivery())).toBeUndefined()
})
