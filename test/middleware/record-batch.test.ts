import { beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import type { Log, LogFields } from '../../functions/middleware/log.ts'
import { handleBatch, type Parsed } from '../../functions/middleware/record-batch.ts'
import { aBatch } from '../support/queues.ts'

const Order = z.strictObject({ item: z.string(), count: z.optional(z.int()) })
type Orders = readonly Parsed<z.infer<typeof Order>>[]

const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
})

describe('handleBatch', () => {
  let errors: { message: string; fields: LogFields | undefined }[]
  let log: Log
  let handled: Orders[]

  beforeEach(() => {
    errors = []
    log = { info: () => {}, error: (message, fields) => errors.push({ message, fields }) }
    handled = []
  })

  const run = (
    batch: ReturnType<typeof aBatch>,
    done: (orders: Orders) => readonly boolean[] = (orders) => orders.map(() => true),
  ) =>
    handleBatch(batch, {
      schema: Order,
      log,
      handle: async (orders) => {
        handled.push(orders)
        return done(orders)
      },
    })

  it('hands over one record, parsed', async () => {
    expect(await run(aBatch([{ item: 'tea', count: 2 }]))).toEqual(failures())
    expect(handled).toMatchObject([[{ body: { item: 'tea', count: 2 }, seen: false }]])
    expect(handled[0]?.[0]?.record.messageId).toBe('m1')
  })

  it('hands over several together, in order', async () => {
    expect(await run(aBatch([{ item: 'a' }, { item: 'b' }, { item: 'c' }]))).toEqual(failures())
    expect(handled.map((orders) => orders.map(({ body }) => body.item))).toEqual([['a', 'b', 'c']])
  })

  it('names those that are not done', async () => {
    const batch = aBatch([{ item: 'a' }, { item: 'b' }, { item: 'c' }])
    expect(await run(batch, () => [false, true, false])).toEqual(failures('m1', 'm3'))
  })

  it('takes a record that nothing is said about for not done', async () => {
    expect(await run(aBatch([{ item: 'a' }, { item: 'b' }]), () => [true])).toEqual(failures('m2'))
  })

  it.each([
    { what: 'no JSON', body: '{"item":' },
    { what: 'an empty body', body: '' },
    { what: 'another value', body: 'null' },
    { what: 'a field of another type', body: { item: 7 } },
    { what: 'a missing field', body: {} },
    { what: 'a field that nobody knows', body: { item: 'a', price: 1 } },
  ])('leaves a record with $what on the queue, says so, and handles the others', async ({ body }) => {
    expect(await run(aBatch([{ item: 'a' }, body, { item: 'c' }]))).toEqual(failures('m2'))
    expect(handled.map((orders) => orders.map((order) => order.body.item))).toEqual([['a', 'c']])
    expect(errors).toMatchObject([{ message: 'a message does not parse', fields: { message_id: 'm2' } }])
  })

  it('keeps what a malformed record holds out of the log', async () => {
    await run(aBatch([{ item: 7, secret: 'open sesame' }, 'open sesame']))
    expect(errors).toHaveLength(2)
    expect(JSON.stringify(errors)).not.toContain('open sesame')
  })

  it('counts the verdicts on the records that were handed over, not on the malformed ones', async () => {
    const batch = aBatch(['', { item: 'b' }, { item: 'c' }])
    expect((await run(batch, () => [true, false])).batchItemFailures.map((f) => f.itemIdentifier)).toEqual([
      'm1',
      'm3',
    ])
  })

  it('does not call the handler when no record parses', async () => {
    expect(await run(aBatch(['', '']))).toEqual(failures('m1', 'm2'))
    expect(handled).toEqual([])
  })

  it('rejects when the handler does, so that the whole batch comes again', async () => {
    const broken = run(aBatch([{ item: 'a' }]), () => {
      throw new Error('the store is down')
    })
    await expect(broken).rejects.toThrow('the store is down')
  })

  it('has nothing to do for an empty batch', async () => {
    expect(await run(aBatch([]))).toEqual(failures())
    expect(handled).toEqual([])
  })

  it.each([
    { receives: 1, seen: false },
    { receives: 2, seen: true },
    { receives: 19, seen: true },
  ])('tells that a record received $receives times was seen before: $seen', async ({ receives, seen }) => {
    await run(aBatch([{ item: 'a' }], receives))
    expect(handled[0]?.[0]?.seen).toBe(seen)
  })
})
