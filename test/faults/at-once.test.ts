import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { openAwsBed } from './support/aws-bed.ts'
import type { Bed } from './support/bed.ts'
import type { FaultInjector } from './support/fault-injector.ts'
import { compareLedgers } from './support/ledgers.ts'
import { addWebhooks, settle } from './support/run.ts'

const Accepted = z.object({ id: z.string(), duplicate: z.boolean() })
const Event = z.object({
  fanned_out_at: z.string().nullable(),
  deliveries: z.array(z.object({ webhook_id: z.string(), status: z.string() })),
})
const type = 'a:b'

// docs/decisions/0025-fan-out-at-once.md. Ingestion killed at every await is in kill-points.test.ts.
describe('fan-out as an event is accepted, on AWS', { timeout: 120_000 }, () => {
  let bed: Bed

  beforeEach(async () => {
    bed = await openAwsBed()
  })

  afterEach(() => bed.close())

  const post = (over: object = {}) =>
    bed.call('POST', '/events', { type, payload: { repository: { id: 'UmVwb3NpdG9yeTox' } }, ...over })
  const accept = async (over: object = {}) => {
    const { status, body } = await post(over)
    expect(status).toBe(202)
    return Accepted.parse(body)
  }
  const waiting = async (queue: 'fanOut' | 'delivery') => {
    const texts = await bed.take(queue, 100)
    await bed.put(queue, texts)
    return texts.map((text): unknown => JSON.parse(text))
  }
  const eventOf = async (id: string) => Event.parse((await bed.call('GET', `/events/${id}`)).body)
  const pathsOf = (id: string) =>
    bed.receiver.receipts
      .filter(({ eventId }) => eventId === id)
      .map(({ path }) => path)
      .sort()
  /** Has ingestion die at a call, once. */
  const killOnce = (at: string, fate: 'before' | 'after') => {
    let kills = 0
    const decide: FaultInjector['decide'] = ({ function: name, name: call }) =>
      name === 'ingest' && call === at && kills++ === 0 ? fate : 'pass'
    bed.faults.decide = decide
  }

  it('queues deliveries instead of a fan-out, and says who gets the event before any was made', async () => {
    const webhooks = await addWebhooks(bed, 3)
    const { id } = await accept()
    expect(await waiting('fanOut')).toEqual([])
    expect(await waiting('delivery')).toMatchObject([
      { delivery_ids: [{}, {}, {}].map(() => expect.any(String)) },
    ])
    expect((await eventOf(id)).fanned_out_at).not.toBeNull()
    await bed.handleDue()
    const { deliveries } = await eventOf(id)
    expect(deliveries.map(({ webhook_id }) => webhook_id).sort()).toEqual(
      webhooks.map((one) => one.id).sort(),
    )
    expect(pathsOf(id)).toEqual(['/0', '/1', '/2'])
  })

  it('leaves an event that more than ten may want to fan-out', async () => {
    await addWebhooks(bed, 11)
    const { id } = await accept()
    expect(await waiting('fanOut')).toHaveLength(1)
    await settle(bed)
    expect(pathsOf(id)).toHaveLength(11)
  })

  it('leaves an event to fan-out whose first attempt is due later than a queue can wait', async () => {
    await addWebhooks(bed, 1, () => ({ retry_schedule: ['16m'] }))
    const { id } = await accept()
    expect(await waiting('fanOut')).toHaveLength(1)
    await settle(bed)
    expect(pathsOf(id)).toEqual(['/0'])
  })

  it('leaves an event to fan-out while webhooks cannot be read', async () => {
    await addWebhooks(bed, 1)
    bed.faults.decide = ({ function: name, name: call }) =>
      name === 'ingest' && call === 'Query' ? bed.unavailable() : 'pass'
    const { id } = await accept()
    expect(await waiting('fanOut')).toHaveLength(1)
    await settle(bed)
    expect(pathsOf(id)).toEqual(['/0'])
  })

  it('sends an event to whoever was subscribed when it came, in scope and on', async () => {
    await addWebhooks(bed, 1)
    await accept()
    await bed.call('POST', '/webhooks', { url: `${bed.receiver.url}/new`, event_types: [type] })
    await bed.call('POST', '/webhooks', {
      ...{ url: `${bed.receiver.url}/out-of-scope`, event_types: [type] },
      scope: { repository_ids: ['UmVwb3NpdG9yeTo5'] },
    })
    await bed.call('POST', '/webhooks', {
      url: `${bed.receiver.url}/off`,
      event_types: [type],
      enabled: false,
    })
    const { id } = await accept()
    expect(await waiting('fanOut')).toEqual([])
    await settle(bed)
    expect(pathsOf(id)).toEqual(['/0', '/new'])
  })

  it.each([
    ['PutItem', 'after'],
    ['SendMessageBatch', 'before'],
    ['SendMessageBatch', 'after'],
  ] as const)('delivers once what was accepted by a repeat, after a death at %s, %s', async (call, fate) => {
    const webhooks = await addWebhooks(bed, 2)
    killOnce(call, fate)
    const keyed = { idempotency_key: 'k' }
    expect((await post(keyed)).status).not.toBe(202)
    const repeats = [await accept(keyed), await accept(keyed), await accept(keyed)]
    await settle(bed)
    const accepted = [...new Set(repeats.map(({ id }) => id))]
    expect(accepted).toHaveLength(1)
    expect(await compareLedgers(bed, { accepted, webhooks })).toMatchObject({ lost: [], duplicates: 0 })
    expect(bed.receiver.receipts).toHaveLength(2)
  })

  it('has the audit deliver what was stored and never queued, though nobody repeats it', async () => {
    await addWebhooks(bed, 2)
    killOnce('SendMessageBatch', 'before')
    expect((await post()).status).not.toBe(202)
    await settle(bed)
    expect(bed.receiver.receipts.map(({ path }) => path).sort()).toEqual(['/0', '/1'])
  })

  it('delivers nothing again for repeats of what was delivered, at whatever time they come', async () => {
    await addWebhooks(bed, 2)
    const { id } = await accept({ idempotency_key: 'k' })
    await bed.handleDue()
    for (const waitMs of [0, 31_000, 3_600_000]) {
      await bed.advance(waitMs)
      expect(await accept({ idempotency_key: 'k' })).toEqual({ id, duplicate: true, type: undefined })
      await settle(bed)
    }
    expect(pathsOf(id)).toEqual(['/0', '/1'])
  })

  it('takes equal events of one request for one', async () => {
    await addWebhooks(bed, 1)
    const event = { type, payload: {}, idempotency_key: 'k' }
    expect((await bed.call('POST', '/events', [event, event])).status).toBe(202)
    expect(await waiting('fanOut')).toEqual([])
    await settle(bed)
    expect(bed.receiver.receipts).toHaveLength(1)
  })

  it('refuses an event whose deliveries the queue does not take, and delivers it once when it is repeated', async () => {
    await addWebhooks(bed, 2)
    bed.faults.decide = ({ function: name, name: call }) =>
      name === 'ingest' && call === 'SendMessageBatch' ? bed.unavailable() : 'pass'
    expect((await post({ idempotency_key: 'k' })).status).toBe(503)
    bed.faults.decide = () => 'pass'
    const { id } = await accept({ idempotency_key: 'k' })
    await settle(bed)
    expect(pathsOf(id)).toEqual(['/0', '/1'])
  })

  it('sends nothing of an event that was erased before its deliveries were made', async () => {
    const webhooks = await addWebhooks(bed, 2)
    const { id } = await accept({ idempotency_key: 'k' })
    expect((await bed.call('DELETE', `/events/${id}/payload`)).status).toBe(200)
    await accept({ idempotency_key: 'k' })
    await settle(bed)
    expect(bed.receiver.receipts).toEqual([])
    const { deliveries } = await eventOf(id)
    expect(deliveries.map(({ status }) => status)).toEqual(webhooks.map(() => 'cancelled'))
  })
})
