import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import { parseSealed } from '../../functions/domain/sealed.ts'
import type { AttemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import type { FanOutEvents } from '../../functions/use-cases/fan-out-events.ts'
import type { WebhookStore } from '../../functions/use-cases/manage-webhooks.ts'
import { aWebhook, builtAt } from '../support/builders.ts'
import { idsOf, type Open, perTest } from './harness.ts'

export interface WebhookStorePorts {
  readonly webhooks: WebhookStore &
    FanOutEvents['subscriptions'] &
    AttemptDelivery['webhooks'] &
    AdminDeps['webhooks']
}

const everythingSet = {
  url: 'https://ci.example.com:8443/hooks?token=%F0%9F%94%91',
  description: 'Wörter, "quotes" and a \u2028 line',
  eventTypes: ['batch_change:apply', 'changeset:close'],
  scope: {
    namespaceIds: ['VXNlcjox'],
    batchChangeIds: ['QmF0Y2g6MQ==', 'QmF0Y2g6Mg=='],
    repositoryIds: ['UmVwbzoz'],
  },
  headers: { Authorization: parseSealed('sealed-1'), 'X-Team': parseSealed('sealed-2') },
  auth: { type: 'basic' as const, username: 'sourcegraph' },
  secret: parseSealed('sealed-secret'),
  previousSecret: { sealed: parseSealed('sealed-before'), expiresAt: builtAt + 86_400_000 },
  enabled: false,
  disabledReason: 'gone' as const,
  disabledAt: builtAt - 1,
  lastOff: { since: builtAt - 99, until: builtAt - 9 },
  failuresFrom: builtAt - 8,
  warned: 70,
  retrySchedule: [0, 5_000, 300_000],
  rateLimit: 0.1,
  retentionMs: 86_400_000,
  hiddenBefore: builtAt - 5,
  version: 7,
  createdAt: builtAt - 9_000,
  updatedAt: builtAt,
}

/** What every store of webhooks does: who is there, what each wants, and that no change is lost to another. */
export function webhookStoreContract(name: string, open: Open<WebhookStorePorts>): void {
  describe(`the webhook store of ${name}`, () => {
    const given = perTest(open)

    it.each([
      ['with everything set', aWebhook(everythingSet)],
      ['with as little as can be', aWebhook()],
    ])('gives back a webhook %s', async (_, webhook) => {
      const { webhooks } = given()
      await webhooks.create(webhook)
      expect(await webhooks.get(webhook.id)).toEqual(webhook)
      expect(await webhooks.list({ limit: 10 })).toEqual([webhook])
    })

    it('knows nothing of a webhook that is not there, and of one that is as soon as it is', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ eventTypes: ['a:b'] })
      expect(await webhooks.get(webhook.id)).toBeUndefined()
      expect(await webhooks.subscribedTo('a:b')).toEqual([])
      await webhooks.create(webhook)
      expect(await webhooks.get(webhook.id)).toEqual(webhook)
      expect(await webhooks.subscribedTo('a:b')).toEqual([webhook])
    })

    it('replaces a webhook that is at the expected version', async () => {
      const { webhooks } = given()
      const webhook = aWebhook()
      await webhooks.create(webhook)
      await webhooks.get(webhook.id)
      const changed = { ...webhook, ...everythingSet, version: 2 }
      expect(await webhooks.replace(changed, 1)).toBe(true)
      expect(await webhooks.get(webhook.id)).toEqual(changed)
      const backToLittle = { ...aWebhook(), id: webhook.id, version: 3 }
      expect(await webhooks.replace(backToLittle, 2)).toBe(true)
      expect(await webhooks.get(webhook.id)).toEqual(backToLittle)
    })

    it('leaves a webhook as it is that is at another version', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ eventTypes: ['a:b'], version: 3 })
      await webhooks.create(webhook)
      const change = { ...webhook, eventTypes: ['a:c'], version: 3 }
      expect(await webhooks.replace(change, 2)).toBe(false)
      expect(await webhooks.replace(change, 4)).toBe(false)
      expect(await webhooks.get(webhook.id)).toEqual(webhook)
      expect(idsOf(await webhooks.subscribedTo('a:b'))).toEqual([webhook.id])
      expect(await webhooks.subscribedTo('a:c')).toEqual([])
    })

    it('lets one of several changes made at once through', async () => {
      const { webhooks } = given()
      const webhook = aWebhook()
      await webhooks.create(webhook)
      const changes = ['one', 'two', 'three'].map((description) => ({ ...webhook, description, version: 2 }))
      const results = await Promise.all(changes.map((change) => webhooks.replace(change, 1)))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await webhooks.get(webhook.id)).toEqual(changes[results.indexOf(true)])
    })

    it('removes a webhook that is at the expected version, with its subscriptions', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ eventTypes: ['a:b', '*'] })
      await webhooks.create(webhook)
      expect(await webhooks.remove(webhook.id, 2)).toBe(false)
      expect(await webhooks.get(webhook.id)).toEqual(webhook)
      expect(await webhooks.subscribedTo('a:b')).toEqual([webhook])
      expect(await webhooks.remove(webhook.id, 1)).toBe(true)
      expect(await webhooks.get(webhook.id)).toBeUndefined()
      expect(await webhooks.subscribedTo('a:b')).toEqual([])
      expect(await webhooks.list({ limit: 10 })).toEqual([])
    })

    it('does not bring back a webhook that is gone', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ eventTypes: ['a:b'] })
      await webhooks.create(webhook)
      await webhooks.remove(webhook.id, 1)
      expect(await webhooks.remove(webhook.id, 1)).toBe(false)
      expect(await webhooks.replace({ ...webhook, version: 2 }, 1)).toBe(false)
      await webhooks.disable(webhook.id, 'gone', builtAt)
      expect(await webhooks.get(webhook.id)).toBeUndefined()
      expect(await webhooks.subscribedTo('a:b')).toEqual([])
    })

    it('turns off a webhook that is on, as a new version', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ eventTypes: ['a:b'], version: 4 })
      await webhooks.create(webhook)
      await webhooks.subscribedTo('a:b')
      await webhooks.disable(webhook.id, 'gone', builtAt + 7)
      const off = {
        ...webhook,
        enabled: false,
        disabledReason: 'gone',
        disabledAt: builtAt + 7,
        updatedAt: builtAt + 7,
        version: 5,
      }
      expect(await webhooks.get(webhook.id)).toEqual(off)
      expect(await webhooks.subscribedTo('a:b')).toEqual([off])
      expect(await webhooks.replace({ ...webhook, version: 5 }, 4)).toBe(false)
    })

    it('leaves a webhook as it is that is off already', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ enabled: false, disabledAt: builtAt })
      await webhooks.create(webhook)
      await webhooks.disable(webhook.id, 'gone', builtAt + 7)
      expect(await webhooks.get(webhook.id)).toEqual(webhook)
    })
  })
}
