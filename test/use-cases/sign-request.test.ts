import { createHmac } from 'node:crypto'
import { Webhook as Standard } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { type SignRequest, signedRequest } from '../../functions/use-cases/sign-request.ts'
import { aDelivery, aWebhook, builtAt } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const oldSecret = 'whsec_b2xkIHNlY3JldA=='
const newSecret = 'whsec_bmV3IHNlY3JldA=='
const payload = Buffer.from('{"id":"QmF0Y2hDaGFuZ2U6MTcz"}')
const delivery = aDelivery()
const minute = 60_000

describe('a request during a rotation', () => {
  let engine: TestEngine
  let webhook: Webhook

  beforeEach(async () => {
    engine = await openTestEngine()
    const { id } = aWebhook()
    webhook = aWebhook({
      id,
      secret: await engine.cipher.seal(newSecret, id),
      previousSecret: {
        sealed: await engine.cipher.seal(oldSecret, id),
        expiresAt: builtAt + 10 * minute,
      },
    })
  })

  afterEach(() => engine.close())

  async function signed(of = webhook, cipher: SignRequest['cipher'] = engine.cipher) {
    const attempt = { webhook: of, delivery, payload, nowMs: engine.now() }
    return (await signedRequest({ ...engine, cipher }, attempt)).headers
  }

  /** The cipher, which tells what it is about to open. */
  const watched = (onOpen: (sealed: string) => void): SignRequest['cipher'] => ({
    open: async (sealed, ownerId) => {
      onOpen(sealed)
      return engine.cipher.open(sealed, ownerId)
    },
  })

  const standard = (secret: string) =>
    new Standard(secret).sign(delivery.eventId, new Date(engine.now()), payload.toString())
  const sourcegraph = (secret: string) => createHmac('sha256', secret).update(payload).digest('hex')

  it('is signed with both secrets, the new one first', async () => {
    expect((await signed())['webhook-signature']).toBe(`${standard(newSecret)} ${standard(oldSecret)}`)
  })

  it("is signed with the old secret in Sourcegraph's header, which has room for one", async () => {
    expect((await signed())['X-Sourcegraph-Webhook-Signature']).toBe(sourcegraph(oldSecret))
  })

  it.each([
    ['whose secrets were opened before', true],
    ['whose secrets were not', false],
  ])('has the new secret alone from the end of the old one on, for a webhook %s', async (_, isOpened) => {
    engine.advance(10 * minute - 1)
    if (isOpened) expect((await signed())['webhook-signature']).toContain(' ')
    engine.advance(1)
    expect(await signed()).toMatchObject({
      'webhook-signature': standard(newSecret),
      'X-Sourcegraph-Webhook-Signature': sourcegraph(newSecret),
    })
  })

  it('has the new secret alone when the old one ended while it was opened', async () => {
    const slow = watched(() => engine.advance(10 * minute))
    const headers = await signed(webhook, slow)
    expect(headers['X-Sourcegraph-Webhook-Signature']).toBe(sourcegraph(newSecret))
    expect(headers['webhook-signature']).not.toContain(' ')
  })

  it('is signed as the webhook is by now, whatever was opened before', async () => {
    await signed()
    const ended = { ...webhook, previousSecret: undefined, version: webhook.version + 1 }
    expect((await signed(ended))['webhook-signature']).toBe(standard(newSecret))
  })

  it('does not open an old secret whose time is over', async () => {
    engine.advance(10 * minute)
    const opened: string[] = []
    const cipher = watched((sealed) => opened.push(sealed))
    await signed(webhook, cipher)
    expect(opened).toEqual([webhook.secret])
  })

  it('goes by what was opened for at most five minutes', async () => {
    let count = 0
    const cipher = watched(() => {
      count += 1
    })
    await signed(webhook, cipher)
    engine.advance(5 * minute - 1)
    await signed(webhook, cipher)
    expect(count).toBe(2)
    engine.advance(1)
    await signed(webhook, cipher)
    expect(count).toBe(4)
  })
})
