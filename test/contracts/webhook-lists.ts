import { describe, expect, it } from 'vitest'
import { aWebhook, builtAt } from '../support/builders.ts'
import { idsOf, newestFirst, type Open, perTest, readAllBefore } from './harness.ts'
import type { WebhookStorePorts } from './webhook-store.ts'

/** What every store of webhooks finds: those that want an event, and those that a person looks for. */
export function webhookListsContract(name: string, open: Open<WebhookStorePorts>): void {
  describe(`the lists of webhooks of ${name}`, () => {
    const given = perTest(open)

    it('names every webhook that is subscribed to a type, or to all, once, on or off', async () => {
      const { webhooks } = given()
      const byName = aWebhook({ eventTypes: ['a:b', 'a:c'] })
      const toAll = aWebhook({ eventTypes: ['*'] })
      const both = aWebhook({ eventTypes: ['a:b', '*'] })
      const off = aWebhook({ eventTypes: ['a:b'], enabled: false })
      const other = aWebhook({ eventTypes: ['a', 'a:b:c', 'A:B'] })
      for (const webhook of [byName, toAll, both, off, other]) await webhooks.create(webhook)
      expect(newestFirst(await webhooks.subscribedTo('a:b'))).toEqual(newestFirst([byName, toAll, both, off]))
      expect(newestFirst(await webhooks.subscribedTo('x'))).toEqual(newestFirst([toAll, both]))
    })

    it('follows a change of subscriptions at once', async () => {
      const { webhooks } = given()
      const webhook = aWebhook({ eventTypes: ['a:b', 'a:c'] })
      await webhooks.create(webhook)
      await webhooks.subscribedTo('a:b')
      await webhooks.subscribedTo('a:d')
      await webhooks.replace({ ...webhook, eventTypes: ['a:c', 'a:d'], version: 2 }, 1)
      expect(await webhooks.subscribedTo('a:b')).toEqual([])
      expect(idsOf(await webhooks.subscribedTo('a:c'))).toEqual([webhook.id])
      expect(idsOf(await webhooks.subscribedTo('a:d'))).toEqual([webhook.id])
      await webhooks.replace({ ...webhook, eventTypes: ['*'], version: 3 }, 2)
      expect(idsOf(await webhooks.subscribedTo('a:b'))).toEqual([webhook.id])
    })

    it.each([1, 2, 5, 100])('lists every webhook once, newest first, in pages of %d', async (limit) => {
      const { webhooks } = given()
      const ages = [0, 0, 0, 1, 60_000]
      const all = ages.map((age) => aWebhook({ createdAt: builtAt - age }))
      for (const webhook of all.toReversed()) await webhooks.create(webhook)
      expect(idsOf(await readAllBefore(limit, (range) => webhooks.list(range)))).toEqual(newestFirst(all))
    })

    it('lists the webhooks that get a type, or are on or off, or both', async () => {
      const { webhooks } = given()
      const on = aWebhook({ eventTypes: ['a:b'] })
      const off = aWebhook({ eventTypes: ['a:b'], enabled: false })
      const toAll = aWebhook({ eventTypes: ['*'] })
      const other = aWebhook({ eventTypes: ['a:c'] })
      for (const webhook of [on, off, toAll, other]) await webhooks.create(webhook)
      const listed = async (filter: { eventType?: string; enabled?: boolean }) =>
        idsOf(await readAllBefore(1, (range) => webhooks.list({ ...filter, ...range })))
      expect(await listed({ eventType: 'a:b' })).toEqual(newestFirst([on, off, toAll]))
      expect(await listed({ eventType: '*' })).toEqual([toAll.id])
      expect(await listed({ enabled: false })).toEqual([off.id])
      expect(await listed({ enabled: true })).toEqual(newestFirst([on, toAll, other]))
      expect(await listed({ enabled: true, eventType: 'a:b' })).toEqual(newestFirst([on, toAll]))
    })
  })
}
