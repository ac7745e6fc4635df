import * as z from 'zod/mini'
import { anyEventType, type Webhook, wants } from '../../domain/webhook.ts'
import type { WebhookFilter } from '../../use-cases/log-queries.ts'
import { breakerKey } from './dynamo-breakers.ts'
import { paceKey } from './dynamo-rate-limiter.ts'
import { trialKey } from './dynamo-trials.ts'
import { isAbsentOrHas } from './expressions.ts'
import { ChangeCounts, KeptReads } from './kept-reads.ts'
import { KnownWebhooks, webhooksPartition } from './known-webhooks.ts'
import type { Key, Table } from './table.ts'
import { parseWebhook, webhookAttributes } from './webhook-item.ts'

const Subscription = z.object({ sk: z.string() })

const pk = webhooksPartition
/** How many webhooks a filtered listing reads at a time. */
const filteredPage = 200

/**
 * Webhooks and their subscriptions. A subscription (event type → webhook) is only a hint where to look: it is added
 * before its webhook is written and removed after, and the webhook's own event types decide. It carries the version
 * that last wanted it, so that a change that takes it away late does not take it from a newer one.
 */
export class DynamoWebhooks extends KnownWebhooks {
  readonly #table: Table
  readonly #subscribed: KeptReads<readonly Webhook[]>
  readonly #few: KeptReads<readonly Webhook[] | undefined>

  /** @param counts to share their reads with others who ask for them at the same moment. */
  constructor(table: Table, now: () => number, counts = new ChangeCounts(table)) {
    super(table, now, counts)
    this.#table = table
    this.#subscribed = new KeptReads(counts, { counted: 'changes', now, maxEntries: 200 })
    this.#few = new KeptReads(counts, { counted: 'changes', now, maxEntries: 200 })
  }

  subscribedTo(eventType: string): Promise<readonly Webhook[]> {
    return this.#subscribed.read(eventType, async () => {
      const ids = await Promise.all([eventType, anyEventType].map((type) => this.#subscribersOf(type)))
      return this.#thoseWanting(eventType, new Set(ids.flat()))
    })
  }

  /** As `subscribedTo`, where these are `most` at most; undefined, and only counted, where there are more. */
  fewSubscribedTo(eventType: string, most: number): Promise<readonly Webhook[] | undefined> {
    return this.#few.read(`${most}/${eventType}`, async () => {
      const limit = most + 1
      const pages = await Promise.all(
        [eventType, anyEventType].map((type) => this.#table.page({ ...subscribersOf(type), limit })),
      )
      const ids = new Set(pages.flatMap(({ items }) => items.map(idOfSubscriber)))
      return ids.size > most ? undefined : this.#thoseWanting(eventType, ids)
    })
  }

  async #thoseWanting(eventType: string, ids: ReadonlySet<string>): Promise<readonly Webhook[]> {
    const keys = [...ids].map((sk) => ({ pk, sk }))
    const webhooks = (await this.#table.batchGet(keys, { consistent: true })).map(parseWebhook)
    return webhooks.filter((webhook) => wants(webhook, eventType))
  }

  async list({ eventType, enabled, before, limit }: WebhookFilter): Promise<readonly Webhook[]> {
    const isWanted = (webhook: Webhook) =>
      (eventType === undefined || wants(webhook, eventType)) &&
      (enabled === undefined || webhook.enabled === enabled)
    const isFiltered = eventType !== undefined || enabled !== undefined
    const range = { pk, descending: true, consistent: true, limit: isFiltered ? filteredPage : limit }
    const listed: Webhook[] = []
    for (let startAfter = before; ; ) {
      const { items, next } = await this.#table.page({ ...range, startAfter })
      listed.push(...items.map(parseWebhook).filter(isWanted))
      if (next === undefined || listed.length >= limit) return listed.slice(0, limit)
      startAfter = next
    }
  }

  /** Rejects when there is another webhook with that id. */
  async create(webhook: Webhook): Promise<void> {
    await this.#subscribe(webhook)
    const condition = isAbsentOrHas('secret', webhook.secret)
    const created = await this.#table.put(itemOf(webhook), { condition })
    if (created === undefined) throw new Error(`There is a webhook ${webhook.id} already.`)
    await this.changed()
  }

  async replace(webhook: Webhook, expectedVersion: number): Promise<boolean> {
    await this.#subscribe(webhook)
    const replaced = await this.#table.put(itemOf(webhook), {
      condition: atVersion(expectedVersion),
      returnOld: true,
    })
    await this.changed(replaced !== undefined)
    if (replaced === undefined) return false
    const { eventTypes } = parseWebhook(replaced.old)
    const dropped = eventTypes.filter((type) => !webhook.eventTypes.includes(type))
    const condition = { text: '#version < :version', values: { version: webhook.version } }
    await Promise.all(
      dropped.map((type) => this.#table.delete(subscriptionKey(type, webhook.id), { condition })),
    )
    return true
  }

  async remove(id: string, expectedVersion: number): Promise<boolean> {
    const removed = await this.#table.delete({ pk, sk: id }, { condition: atVersion(expectedVersion) })
    await this.changed(removed !== undefined)
    if (removed === undefined) return false
    const { eventTypes } = parseWebhook(removed.old)
    const paces = [paceKey(id), breakerKey(id), trialKey(id)]
    const keys = [...eventTypes.map((type) => subscriptionKey(type, id)), ...paces]
    await Promise.all(keys.map((key) => this.#table.delete(key)))
    return true
  }

  async #subscribersOf(eventType: string): Promise<readonly string[]> {
    return (await this.#table.all(subscribersOf(eventType))).map(idOfSubscriber)
  }

  async #subscribe({ id, eventTypes, version }: Webhook): Promise<void> {
    const condition = {
      text: 'attribute_not_exists(#version) OR #version < :version',
      values: { version },
    }
    await Promise.all(
      [...new Set(eventTypes)].map((type) =>
        this.#table.update(subscriptionKey(type, id), { set: { version } }, { condition }),
      ),
    )
  }

  protected override async changed(isMade = true): Promise<void> {
    this.#subscribed.forget()
    this.#few.forget()
    await super.changed(isMade)
  }
}

function itemOf(webhook: Webhook) {
  return { pk, sk: webhook.id, ...webhookAttributes(webhook) }
}

function subscribersOf(eventType: string) {
  return { pk: `type#${eventType}`, attributes: ['sk'], consistent: true }
}

function idOfSubscriber(item: unknown): string {
  return z.parse(Subscription, item).sk
}

function subscriptionKey(eventType: string, webhookId: string): Key {
  return { pk: `type#${eventType}`, sk: webhookId }
}

function atVersion(version: number) {
  return { text: '#version = :expected', values: { expected: version } }
}
