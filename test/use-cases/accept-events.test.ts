import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteExpiry } from '../../functions/adapters/sqlite/expiry.ts'
import { Conflict, Unavailable } from '../../functions/domain/errors.ts'
import { acceptEvents, type Submission } from '../../functions/use-cases/accept-events.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'
import { refusing } from '../support/queues.ts'

const origin = { kind: 'token', id: 'tok_01kaqc3h5n8r2c4x' } as const
const windowMs = 600_000

function aSubmission(over: Partial<Submission> & { key?: string } = {}): Submission {
  const { key, ...rest } = over
  return {
    type: 'batch_change:apply',
    payload: Buffer.from('{"id":"QmF0Y2hDaGFuZ2U6MTcz"}'),
    idempotency: key === undefined ? undefined : { key, windowMs },
    ...rest,
  }
}

describe('acceptEvents', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const accept = (...submissions: Submission[]) => acceptEvents(engine, origin, submissions)

  async function acceptOne(submission: Submission) {
    const [accepted] = await accept(submission)
    if (accepted === undefined) throw new Error('Nothing was accepted.')
    return accepted
  }

  it('stores an event and queues its fan-out with the payload', async () => {
    const accepted = await acceptOne(aSubmission())
    expect(accepted).toMatchObject({ type: 'batch_change:apply', duplicate: false })
    expect(await engine.events.get(accepted.id)).toMatchObject({ origin, acceptedAt: engine.now() })
    expect(engine.messages('fan-out')).toEqual([
      {
        id: accepted.id,
        dueAt: engine.now(),
        body: {
          event_id: accepted.id,
          event_type: 'batch_change:apply',
          payload: '{"id":"QmF0Y2hDaGFuZ2U6MTcz"}',
        },
      },
    ])
  })

  it.each([
    { bytes: 32 * 1024, travels: true },
    { bytes: 32 * 1024 + 1, travels: false },
  ])('queues $bytes bytes of payload: inline $travels', async ({ bytes, travels }) => {
    await accept(aSubmission({ payload: Buffer.from(`"${'x'.repeat(bytes - 2)}"`) }))
    const [message] = engine.messages('fan-out')
    expect(JSON.stringify(message?.body).length > bytes).toBe(travels)
  })

  it('takes a repeat as the same event and queues it again', async () => {
    const first = await acceptOne(aSubmission({ key: 'k' }))
    // As if the process had died between the store and the queue.
    engine.database.exec('delete from messages')
    const repeat = await acceptOne(aSubmission({ key: 'k' }))
    expect(repeat).toEqual({ ...first, duplicate: true })
    expect(engine.messages('fan-out')).toMatchObject([
      { id: first.id, dueAt: engine.now() + 30_000, body: { event_id: first.id, repeat: true } },
    ])
  })

  it('does not queue a repeat of what was fanned out', async () => {
    const first = await acceptOne(aSubmission({ key: 'k' }))
    await engine.fanOutDue()
    expect(await acceptOne(aSubmission({ key: 'k' }))).toEqual({ ...first, duplicate: true })
    expect(engine.messages('fan-out')).toEqual([])
  })

  it('takes an equal key for a new event once its window is over', async () => {
    const first = await acceptOne(aSubmission({ key: 'k' }))
    engine.advance(windowMs - 1)
    expect(await acceptOne(aSubmission({ key: 'k' }))).toMatchObject({ id: first.id, duplicate: true })
    engine.advance(1)
    const next = await acceptOne(aSubmission({ key: 'k' }))
    expect(next.duplicate).toBe(false)
    expect(next.id).not.toBe(first.id)
  })

  it('sends nothing again under the id of an event that has expired, though its key is still known', async () => {
    SqliteExpiry.prepare(engine.store)
    const expiry = new SqliteExpiry(engine.store)
    await engine.addWebhook()
    const keyed = { ...aSubmission(), idempotency: { key: 'k', windowMs: 2 * engine.store.retentionMs } }
    await acceptOne(keyed)
    await engine.fanOutDue()
    await engine.deliverDue()
    engine.advance(engine.store.retentionMs + 1)
    while ((await expiry.deleteBatch()) > 0);
    await acceptOne(keyed)
    await engine.fanOutDue()
    await engine.deliverDue()
    const ids = engine.requests.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('keeps the keys of two publishers apart', async () => {
    const first = await acceptOne(aSubmission({ key: 'k' }))
    const [other] = await acceptEvents(engine, { kind: 'token', id: 'tok_01kaqc3h5n8r2c4y' }, [
      aSubmission({ key: 'k', type: 'changeset:close' }),
    ])
    expect(other).toMatchObject({ duplicate: false })
    expect(other?.id).not.toBe(first.id)
  })

  it('takes repeats that come at once for one event', async () => {
    const accepted = await Promise.all(Array.from({ length: 50 }, () => acceptOne(aSubmission({ key: 'k' }))))
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(1)
    expect(accepted.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(engine.messages('fan-out')).toHaveLength(1)
  })

  it('takes equal events of one request for one', async () => {
    const [first, second] = await accept(aSubmission({ key: 'k' }), aSubmission({ key: 'k' }))
    expect(second).toMatchObject({ id: first?.id, duplicate: true })
    expect(engine.messages('fan-out')).toHaveLength(1)
  })

  it('refuses a key that was used with another body, names both, and accepts nothing of the request', async () => {
    const first = await acceptOne(aSubmission({ key: 'k' }))
    const refused = accept(aSubmission(), aSubmission({ key: 'k', payload: Buffer.from('{}') }))
    await expect(refused).rejects.toThrow(Conflict)
    await expect(refused).rejects.toThrow(`"k" was used for ${first.id} with another type or payload.`)
    expect((await engine.events.list({ limit: 10 })).items).toHaveLength(1)
    expect(engine.messages('fan-out')).toHaveLength(1)
  })

  it('refuses a key that one request uses for two bodies', async () => {
    const refused = accept(aSubmission({ key: 'k' }), aSubmission({ key: 'k', type: 'changeset:close' }))
    await expect(refused).rejects.toThrow('was used for another event of this request')
    expect((await engine.events.list({ limit: 10 })).items).toEqual([])
  })

  it('accepts an empty request', async () => {
    expect(await accept()).toEqual([])
  })

  it('is unavailable when the queue refuses, and the repeat repairs it', async () => {
    const deps = { ...engine, fanOutQueue: refusing(engine.fanOutQueue, () => true) }
    const refused = acceptEvents(deps, origin, [aSubmission({ key: 'k' })])
    await expect(refused).rejects.toThrow(Unavailable)
    expect(engine.messages('fan-out')).toEqual([])
    const repeat = await acceptOne(aSubmission({ key: 'k' }))
    expect(repeat.duplicate).toBe(true)
    expect(engine.messages('fan-out')).toMatchObject([{ id: repeat.id }])
    expect((await engine.events.list({ limit: 10 })).items).toHaveLength(1)
  })

  it('is unavailable when the queue cannot be written, and the repeat repairs it', async () => {
    const repair = engine.breakTable('messages')
    await expect(accept(aSubmission({ key: 'k' }))).rejects.toThrow(Unavailable)
    repair()
    expect(await acceptOne(aSubmission({ key: 'k' }))).toMatchObject({ duplicate: true })
    expect(engine.messages('fan-out')).toHaveLength(1)
  })

  it('is unavailable when the store takes no writes, and queues nothing', async () => {
    const repair = engine.breakTable('events')
    await expect(accept(aSubmission({ key: 'k' }))).rejects.toThrow(Unavailable)
    expect(engine.messages('fan-out')).toEqual([])
    repair()
    expect(await acceptOne(aSubmission({ key: 'k' }))).toMatchObject({ duplicate: false })
  })
})
