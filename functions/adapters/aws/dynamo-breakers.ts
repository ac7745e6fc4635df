import * as z from 'zod/mini'
import { type Breaker, untroubled } from '../../domain/breaker.ts'
import type { Breakers } from '../../use-cases/heed-receiver.ts'
import { BreakerState } from '../breaker-state.ts'
import { ChangeCounts, KeptReads } from './kept-reads.ts'
import type { Key, Table } from './table.ts'

const Item = z.object({ state: BreakerState })

/** The item of a webhook's breaker; it is removed with the webhook. */
export function breakerKey(webhookId: string): Key {
  return { pk: `pace#${webhookId}`, sk: 'breaker' }
}

/** Breakers beside the webhooks' paces. They change seldom and are read for every delivery, so reads are kept as webhooks' are. */
export class DynamoBreakers implements Breakers {
  readonly #table: Table
  readonly #counts: ChangeCounts
  readonly #kept: KeptReads<Breaker>

  constructor(table: Table, now: () => number, counts = new ChangeCounts(table)) {
    this.#table = table
    this.#counts = counts
    this.#kept = new KeptReads(counts, { counted: 'breaker_changes', now, maxEntries: 10_000 })
  }

  get(webhookId: string): Promise<Breaker> {
    return this.#kept.read(webhookId, async () => {
      const item = await this.#table.get(breakerKey(webhookId), { consistent: true })
      return item === undefined ? untroubled : z.parse(Item, item).state
    })
  }

  async replace(webhookId: string, breaker: Breaker): Promise<boolean> {
    const { version } = breaker
    const condition =
      version === 1
        ? { text: 'attribute_not_exists(#version)' }
        : { text: '#version = :expected', values: { expected: version - 1 } }
    const change = { set: { version, state: breaker } }
    const replaced = await this.#table.update(breakerKey(webhookId), change, { condition })
    this.#kept.forget()
    if (replaced === undefined) return false
    await this.#counts.raise('breaker_changes')
    return true
  }
}
