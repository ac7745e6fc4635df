import { expect, it } from 'vitest'
import { dollarsPerMillion, logDollarsPerMillion } from '../../bench/bill.ts'
import { billOfCase, type Publisher } from '../../bench/bill-cases.ts'

const events = 40
const one: Publisher = { eventsPerRequest: 1 }
const ten: Publisher = { eventsPerRequest: 10 }

interface Expected {
  /** An event, its fan-out, a row for each delivery, the places of the audit and of the look for failures; a source's event also takes a key. */
  readonly items: number
  /** Counters: one for each webhook of a batch. */
  readonly counters: number
  /** A send for each request or batch, a receive and a delete for each batch of ten. */
  readonly queueRequests: number
  /** At most; half a one for each event is fan-out's look for an erasure. How many pages of its eight shards the audit reads depends on where ids happen to lie. */
  readonly readUnits: number
  readonly dollars: number
}

it.each<[string, number, Publisher, Expected]>([
  [
    'a token, one a request',
    1,
    one,
    { items: 122, counters: 12, queueRequests: 60, readUnits: 150, dollars: 7 },
  ],
  [
    'a token, one a request',
    3,
    one,
    { items: 202, counters: 14, queueRequests: 60, readUnits: 290, dollars: 2.9 },
  ],
  [
    'a token, one a request',
    10,
    one,
    { items: 482, counters: 40, queueRequests: 60, readUnits: 760, dollars: 1.6 },
  ],
  [
    'a token, ten a request',
    1,
    ten,
    { items: 122, counters: 12, queueRequests: 24, readUnits: 145, dollars: 3.2 },
  ],
  [
    'a token, ten a request',
    10,
    ten,
    { items: 482, counters: 40, queueRequests: 24, readUnits: 790, dollars: 1.2 },
  ],
  [
    'a Sourcegraph instance',
    1,
    'sourcegraph',
    { items: 162, counters: 12, queueRequests: 60, readUnits: 170, dollars: 7.7 },
  ],
])(
  'bills 40 events of %s at fan-out %d',
  async (_, fanOut, publisher, expected) => {
    const bill = await billOfCase({ publisher, fanOut }, events)
    expect(bill).toMatchObject({ deliveries: events * fanOut, queueRequests: expected.queueRequests })
    expect(bill.writeUnits).toBeGreaterThan(expected.items)
    expect(bill.writeUnits).toBeLessThanOrEqual(expected.items + expected.counters)
    expect(bill.readUnits).toBeLessThanOrEqual(expected.readUnits)
    expect(dollarsPerMillion(bill).sum).toBeLessThanOrEqual(expected.dollars)
    expect(logDollarsPerMillion(bill)).toBeLessThanOrEqual(0.7)
  },
  60_000,
)
