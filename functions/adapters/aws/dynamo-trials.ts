import * as z from 'zod/mini'
import type { Trials } from '../../use-cases/crowds.ts'
import type { Key, Table } from './table.ts'

const Item = z.object({ passed_at: z.optional(z.number()) })

/** How long a receiver that answered soon is taken for one that does. */
const knownMs = 60_000
/** Between two batches that try a receiver: in the half second that it takes to find it slow, few are caught. */
const betweenMs = 500

/** The item of a webhook's trials; it is removed with the webhook. */
export function trialKey(webhookId: string): Key {
  return { pk: `pace#${webhookId}`, sk: 'trial' }
}

/** Which processes may send many requests to a receiver that none of them knows. */
export class DynamoTrials implements Trials {
  readonly #table: Table
  readonly #now: () => number

  constructor(table: Table, now: () => number) {
    this.#table = table
    this.#now = now
  }

  async mayBegin(webhookId: string): Promise<boolean> {
    const now = this.#now()
    const key = trialKey(webhookId)
    const { passed_at: passedAt = 0 } = z.parse(Item, (await this.#table.get(key)) ?? {})
    if (passedAt > now - knownMs) return true
    const begun = await this.#table.update(
      key,
      { set: { next_at: now + betweenMs } },
      { condition: { text: 'attribute_not_exists(#next_at) OR #next_at <= :now', values: { now } } },
    )
    return begun !== undefined
  }

  async passed(webhookId: string): Promise<void> {
    await this.#table.update(trialKey(webhookId), { set: { passed_at: this.#now() } })
  }
}
