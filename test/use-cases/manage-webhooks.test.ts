import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InvalidInput, NotFound, VersionMismatch } from '../../functions/domain/errors.ts'
import {
  createWebhook,
  deleteWebhook,
  type NewWebhook,
  updateWebhook,
  type WebhookChanges,
} from '../../functions/use-cases/manage-webhooks.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const wanted: NewWebhook = {
  url: 'https://ci.example.com/hooks',
  secret: undefined,
  eventTypes: ['batch_change:apply'],
  description: '',
  scope: {},
  headers: {},
  auth: undefined,
  enabled: true,
  retrySchedule: undefined,
  rateLimit: undefined,
  retentionMs: undefined,
}

const headersNamed = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`X-Header-${nth}`, 'v']))

describe('managing webhooks', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const create = async (over: Partial<NewWebhook> = {}) =>
    (await createWebhook(engine, { ...wanted, ...over })).webhook
  const update = (id: string, changes: WebhookChanges, expectedVersion?: number) =>
    updateWebhook(engine, id, { changes, expectedVersion })

  it('makes a secret of 256 bits when none is given, and stores it sealed', async () => {
    const { webhook, secret } = await createWebhook(engine, wanted)
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32)
    expect(await engine.cipher.open(webhook.secret, webhook.id)).toBe(secret)
    expect(JSON.stringify(engine.database.prepare('select * from webhooks').all())).not.toContain(secret)
  })

  it('keeps the secret and headers that are given, sealed', async () => {
    const headers = { Authorization: 'Bearer open-sesame' }
    const { webhook, secret } = await createWebhook(engine, { ...wanted, secret: 'shared secret', headers })
    expect(secret).toBe('shared secret')
    expect(await engine.cipher.open(webhook.secret, webhook.id)).toBe('shared secret')
    const rows = JSON.stringify(engine.database.prepare('select * from webhooks').all())
    expect(rows).not.toMatch(/shared secret|open-sesame/)
  })

  it('changes what is named and leaves the rest', async () => {
    const before = await create({ description: 'old', rateLimit: 5, retrySchedule: [0, 1_000] })
    engine.advance(1_000)
    const after = await update(before.id, { description: 'new', rateLimit: null })
    expect(after).toEqual({
      ...before,
      description: 'new',
      rateLimit: undefined,
      retentionMs: undefined,
      version: 2,
      updatedAt: engine.now(),
    })
    expect(await engine.webhooks.get(before.id)).toEqual(after)
  })

  it('lets subscriptions follow the event types', async () => {
    const { id } = await create({ eventTypes: ['batch_change:apply'] })
    await update(id, { eventTypes: ['changeset:close'] })
    expect(await engine.webhooks.subscribedTo('batch_change:apply')).toEqual([])
    expect(await engine.webhooks.subscribedTo('changeset:close')).toMatchObject([{ id }])
  })

  it('lands both of two changes that come at once', async () => {
    const { id } = await create()
    await Promise.all([update(id, { description: 'new' }), update(id, { rateLimit: 7 })])
    expect(await engine.webhooks.get(id)).toMatchObject({ description: 'new', rateLimit: 7, version: 3 })
  })

  it('lands one of many changes of the same version, and tells the others', async () => {
    const { id } = await create()
    const changes = Array.from({ length: 5 }, (_, nth) => update(id, { description: `change ${nth}` }, 1))
    const settled = await Promise.allSettled(changes)
    const told = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(told).toHaveLength(4)
    for (const error of told) expect(error).toBeInstanceOf(VersionMismatch)
    expect(await engine.webhooks.get(id)).toMatchObject({ version: 2 })
  })

  it('throws VersionMismatch for a version that is past, NotFound for a webhook that is gone', async () => {
    const { id } = await create()
    await update(id, { description: 'new' }, 1)
    await expect(update(id, { description: 'newer' }, 1)).rejects.toThrow(VersionMismatch)
    await expect(deleteWebhook(engine, id, 1)).rejects.toThrow(VersionMismatch)
    await deleteWebhook(engine, id, 2)
    await expect(update(id, {})).rejects.toThrow(NotFound)
    await expect(deleteWebhook(engine, id, undefined)).rejects.toThrow(NotFound)
    expect(await engine.webhooks.subscribedTo('batch_change:apply')).toEqual([])
  })

  it('throws NotFound to a change that a deletion overtakes', async () => {
    const { id } = await create()
    const [deleted, changed] = await Promise.allSettled([
      deleteWebhook(engine, id, undefined),
      update(id, { description: 'new' }),
    ])
    expect(deleted?.status).toBe('fulfilled')
    expect(changed).toMatchObject({ status: 'rejected', reason: expect.any(NotFound) })
    expect(await engine.webhooks.get(id)).toBeUndefined()
  })

  it('clears why a webhook was turned off when it is turned on, and keeps it otherwise', async () => {
    const { id } = await create()
    await engine.webhooks.disable(id, 'gone', engine.now())
    const turnedOffAt = engine.now()
    engine.advance(1_000)
    expect(await update(id, { description: 'new' })).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
      disabledAt: turnedOffAt,
    })
    expect(await update(id, { enabled: true })).toMatchObject({ disabledReason: null, disabledAt: null })
    expect(await update(id, { enabled: false })).toMatchObject({
      disabledReason: null,
      disabledAt: engine.now(),
    })
  })

  it('keeps how long a webhook was off the last time, and sets the clock of its failures back when it is turned on', async () => {
    const { id } = await create()
    await engine.webhooks.disable(id, 'gone', engine.now())
    const since = engine.now()
    engine.advance(1_000)
    const on = { lastOff: { since, until: engine.now() }, failuresFrom: engine.now(), warned: 0 }
    expect(await update(id, { enabled: true })).toMatchObject(on)
    engine.advance(1_000)
    for (const changes of [{ enabled: true }, { enabled: false }, { description: 'new' }])
      expect(await update(id, changes)).toMatchObject(on)
  })

  it.each([
    ['sets the clock of failures back for another URL', 'https://other.example.com/', true],
    ['leaves the clock of failures alone for the same URL', wanted.url, false],
  ])('%s', async (_, url, isSetBack) => {
    const { version, ...webhook } = await create()
    await engine.webhooks.replace({ ...webhook, failuresFrom: 1, warned: 70, version: 2 }, version)
    const expected = isSetBack ? { failuresFrom: engine.now(), warned: 0 } : { failuresFrom: 1, warned: 70 }
    expect(await update(webhook.id, { url })).toMatchObject(expected)
  })

  it('merges headers by name, whatever its case; null removes', async () => {
    const { id } = await create({ headers: { 'X-One': '1', 'X-Two': '2', 'X-Three': '3' } })
    const { headers } = await update(id, { headers: { 'x-two': 'second', 'X-THREE': null, 'X-Four': '4' } })
    expect(Object.keys(headers)).toEqual(['X-One', 'x-two', 'X-Four'])
    const two = headers['x-two']
    expect(two && (await engine.cipher.open(two, id))).toBe('second')
  })

  it('takes 20 headers and refuses one more, counted after the merge', async () => {
    const { id } = await create({ headers: headersNamed(20) })
    const refused = update(id, { headers: { 'X-One-More': 'v' } })
    await expect(refused).rejects.toThrow(InvalidInput)
    await expect(refused).rejects.toThrow('headers: would be more than 20 with those that are set already.')
    expect(await engine.webhooks.get(id)).toMatchObject({ version: 1 })
    const replaced = await update(id, { headers: { 'x-header-0': 'new' } })
    expect(Object.keys(replaced.headers)).toHaveLength(20)
    const exchanged = await update(id, { headers: { 'X-Header-1': null, 'X-One-More': 'v' } })
    expect(Object.keys(exchanged.headers)).toContain('X-One-More')
  })

  it('does not touch since when a webhook is off by another change, though it was created so', async () => {
    const { id, disabledAt } = await create({ enabled: false })
    engine.advance(1_000)
    expect(await update(id, { description: 'new' })).toMatchObject({ enabled: false, disabledAt })
  })
})
