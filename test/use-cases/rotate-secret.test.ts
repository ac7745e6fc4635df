import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotFound, VersionMismatch } from '../../functions/domain/errors.ts'
import { previousSecretAt, type Webhook } from '../../functions/domain/webhook.ts'
import { updateWebhook, type WebhookStore } from '../../functions/use-cases/manage-webhooks.ts'
import { type Rotation, rotateSecret } from '../../functions/use-cases/rotate-secret.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const day = 86_400_000

describe('rotateSecret', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const rotate = (id: string, over: Partial<Rotation> = {}, expectedVersion?: number) =>
    rotateSecret(engine, id, { rotation: { secret: undefined, overlapMs: day, ...over }, expectedVersion })

  /** The secrets that sign at this moment, in plain, the current one first. */
  async function signing(id: string): Promise<string[]> {
    const webhook = await engine.webhooks.get(id)
    if (webhook === undefined) throw new Error('The webhook is gone.')
    const sealed = [webhook.secret, previousSecretAt(webhook, engine.now())?.sealed]
    return Promise.all(sealed.flatMap((one) => (one === undefined ? [] : [engine.cipher.open(one, id)])))
  }

  it('lets the old secret sign beside the new one, until its time', async () => {
    const before = await engine.addWebhook({ plainSecret: 'old' })
    engine.advance(1_000)
    const { webhook, secret } = await rotate(before.id, { secret: 'new' })
    expect(secret).toBe('new')
    expect(webhook).toEqual({
      ...before,
      secret: webhook.secret,
      previousSecret: { sealed: before.secret, expiresAt: engine.now() + day },
      version: 2,
      updatedAt: engine.now(),
    })
    expect(await engine.webhooks.get(before.id)).toEqual(webhook)
    engine.advance(day - 1)
    expect(await signing(before.id)).toEqual(['new', 'old'])
    engine.advance(1)
    expect(await signing(before.id)).toEqual(['new'])
  })

  it('makes a secret of 256 bits when none is given, and stores it sealed', async () => {
    const { id } = await engine.addWebhook()
    const { secret } = await rotate(id)
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32)
    expect(await signing(id)).toEqual([secret, 'shared secret'])
    expect(JSON.stringify(engine.database.prepare('select * from webhooks').all())).not.toContain(secret)
  })

  it('ends the old secret at once without an overlap', async () => {
    const { id } = await engine.addWebhook({ plainSecret: 'leaked' })
    expect((await rotate(id, { secret: 'new', overlapMs: 0 })).webhook.previousSecret).toBeUndefined()
    expect(await signing(id)).toEqual(['new'])
  })

  it('ends the oldest at once when it comes during an overlap', async () => {
    const { id } = await engine.addWebhook({ plainSecret: 'first' })
    await rotate(id, { secret: 'second', overlapMs: 7 * day })
    await rotate(id, { secret: 'third', overlapMs: day })
    expect(await signing(id)).toEqual(['third', 'second'])
    await rotate(id, { secret: 'third', overlapMs: 0 })
    expect(await signing(id)).toEqual(['third'])
  })

  it('leaves the overlap as it is when something else is changed', async () => {
    const { id } = await engine.addWebhook({ plainSecret: 'old' })
    const { webhook } = await rotate(id, { secret: 'new' })
    const changed = await updateWebhook(engine, id, {
      changes: { description: 'changed' },
      expectedVersion: 2,
    })
    expect(changed.previousSecret).toEqual(webhook.previousSecret)
  })

  it('opens no secret: it may only seal', async () => {
    const { id } = await engine.addWebhook()
    const sealing = { seal: engine.cipher.seal.bind(engine.cipher) }
    const rotation = { secret: 'new', overlapMs: day }
    await rotateSecret({ ...engine, cipher: sealing }, id, { rotation, expectedVersion: undefined })
    expect(await signing(id)).toEqual(['new', 'shared secret'])
  })

  it('throws VersionMismatch for a version that is past, NotFound for a webhook that is not there', async () => {
    const { id } = await engine.addWebhook()
    await rotate(id, {}, 1)
    await expect(rotate(id, {}, 1)).rejects.toThrow(VersionMismatch)
    expect(await engine.webhooks.get(id)).toMatchObject({ version: 2 })
    await expect(rotate('whk_0000000000000000')).rejects.toThrow(NotFound)
  })

  it('lands beside a change that comes at once', async () => {
    const { id } = await engine.addWebhook()
    const changes = { description: 'changed' }
    await Promise.all([
      rotate(id, { secret: 'new' }),
      updateWebhook(engine, id, { changes, expectedVersion: undefined }),
    ])
    expect(await engine.webhooks.get(id)).toMatchObject({ ...changes, version: 3 })
    expect(await signing(id)).toEqual(['new', 'shared secret'])
  })

  it('rotates once when the store makes the change and says that it did not', async () => {
    const { id } = await engine.addWebhook()
    let losses = 1
    const forgetful: WebhookStore = {
      get: (webhookId) => engine.webhooks.get(webhookId),
      create: (webhook) => engine.webhooks.create(webhook),
      remove: (webhookId, version) => engine.webhooks.remove(webhookId, version),
      replace: async (webhook: Webhook, version) =>
        (await engine.webhooks.replace(webhook, version)) && losses-- <= 0,
    }
    const rotation = { secret: 'new', overlapMs: day }
    const { webhook } = await rotateSecret({ ...engine, webhooks: forgetful }, id, {
      rotation,
      expectedVersion: 1,
    })
    expect(webhook.version).toBe(2)
    expect(await signing(id)).toEqual(['new', 'shared secret'])
  })
})
