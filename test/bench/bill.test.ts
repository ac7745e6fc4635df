import { expect, it } from 'vitest'
import { dollarsPerMillion, logDollarsPerMillion } from '../../bench/bill.ts'
import { billOfCase, type Publisher } from '../../bench/bill-cases.ts'

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
