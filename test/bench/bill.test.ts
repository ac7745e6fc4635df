import { expect, it } from 'vitest'
import { dollarsPerMillion, logDollarsPerMillion } from '../../bench/bill.ts'
import { billOfCase, type Publisher } from '../../bench/bill-cases.ts'
import { idleMonth } from '../../bench/bill-idle.ts'

const events = 40
const one: Publisher = { eventsPerRequest: 1 }
const ten: Publisher = { eventsPerRequest: 10 }

interface Expected {
  /** A send for each request, a receive and a delete for each batch of ten events; ten events a request are ten messages. */
  readonly queueRequests: number
  /** At most: how many pages of its eight shards the audit reads depends on where ids happen to lie. */
  readonly readUnits: number
  readonly dollars: number
}

it.each<[string, number, Publisher, Expected]>([
  ['a token, one a request', 1, one, { queueRequests: 48, readUnits: 150, dollars: 6.02 }],
  ['a token, one a request', 3, one, { queueRequests: 48, readUnits: 280, dollars: 2.65 }],
  ['a token, one a request', 10, one, { queueRequests: 48, readUnits: 730, dollars: 1.45 }],
  ['a token, ten a request', 1, ten, { queueRequests: 12, readUnits: 105, dollars: 2.2 }],
  ['a token, ten a request', 3, ten, { queueRequests: 12, readUnits: 240, dollars: 1.35 }],
  ['a token, ten a request', 10, ten, { queueRequests: 12, readUnits: 710, dollars: 1.05 }],
  ['a Sourcegraph instance', 1, 'sourcegraph', { queueRequests: 48, readUnits: 170, dollars: 6.75 }],
])(
  'bills 40 events of %s at fan-out %d',
  async (_, fanOut, publisher, { queueRequests, readUnits, dollars }) => {
    const bill = await billOfCase({ publisher, fanOut }, events)
    const batches = events / 10
    expect(bill).toMatchObject({
      deliveries: events * fanOut,
      // An event with its fan-out, and a row for each delivery; a source's event also takes a key. A counter for each
      // webhook of a batch. The places of the audit and of the look for failures.
      writeUnits: events * (publisher === 'sourcegraph' ? 2 : 1) + events * fanOut + batches * fanOut + 2,
      invocations: bill.apiRequests + batches,
      queueRequests,
    })
    expect(bill.readUnits).toBeLessThanOrEqual(readUnits)
    expect(dollarsPerMillion(bill).sum).toBeLessThanOrEqual(dollars)
    expect(logDollarsPerMillion(bill)).toBeLessThanOrEqual(0.7)
  },
  60_000,
)

it('bills events that a hundred want by what fan-out writes, and one counter for ten deliveries', async () => {
  const [few, fanOut] = [10, 100]
  const bill = await billOfCase({ publisher: ten, fanOut }, few)
  expect(bill).toMatchObject({
    deliveries: few * fanOut,
    // An event, and its fan-out, whose hundred ids take two units; rows; a counter for each webhook of a batch of ten
    // messages for the same ten; the places.
    writeUnits: 3 * few + few * fanOut + fanOut + 2,
    // One batch of fan-outs, ten of deliveries: each received and deleted, each batch's messages sent in one request.
    invocations: 1 + 1 + 10,
    queueRequests: 3 + 3 * 10,
  })
  expect(dollarsPerMillion(bill).sum).toBeLessThanOrEqual(1.05)
}, 120_000)

it.each([
  { webhooks: 60, events: 0 },
  { webhooks: 0, events: 100 },
])(
  'bills a delivery the same beside $webhooks other webhooks and a log of $events events',
  async (beside) => {
    const bare = await billOfCase({ publisher: ten, fanOut: 1 }, 20)
    const { deliveries, queueRequests, invocations, ...units } = await billOfCase(
      { publisher: ten, fanOut: 1, beside },
      20,
    )
    expect(bare).toMatchObject({ deliveries, queueRequests, invocations })
    // The sweep's own places, whatever the number of deliveries.
    expect(units.writeUnits).toBeLessThanOrEqual(bare.writeUnits + 3)
    // Once an hour the watch over failures reads of each webhook how it fared: half a unit.
    expect(units.readUnits).toBeLessThanOrEqual(bare.readUnits + 0.5 * beside.webhooks + 20)
  },
  120_000,
)

it('costs little while nothing comes: long polls, reads of the sweep, alarms, the key', async () => {
  const idle = await idleMonth(10)
  expect(idle).toMatchObject({ polls: 0.5184, key: 1, secret: 0.4, dashboard: 3 })
  expect(idle.sweepReads).toBeLessThan(0.08)
  expect(idle.sum).toBeLessThan(8)
}, 120_000)
