import * as z from 'zod/mini'
import type { RateLimiter } from '../../use-cases/keep-pace.ts'
import type { Key, Table } from './table.ts'

const Item = z.object({ next_free_at: z.number() })

/** The item of a webhook's pace; it is removed with the webhook. */
export function paceKey(webhookId: string): Key {
  return { pk: `pace#${webhookId}`, sk: 'pace' }
}

/**
 * Hands out places one interval apart (the generic cell rate algorithm without bursts), by counting up the time of the
 * next free one. While a webhook is busy a place is one write, whoever else asks at the same moment.
 */
export class DynamoRateLimiter implements RateLimiter {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  reserve: RateLimiter['reserve'] = async (webhookId, { perSecond, nowMs, horizonMs }) => {
    const key = paceKey(webhookId)
    const interval = 1_000 / perSecond
    const end = nowMs + horizonMs
    for (;;) {
      const queued = await this.#table.update(
        key,
        { add: { next_free_at: interval } },
        {
          condition: { text: '#next_free_at > :now AND #next_free_at <= :end', values: { now: nowMs, end } },
          returning: 'old',
        },
      )
      if (queued !== undefined) return Math.floor(z.parse(Item, queued.item).next_free_at)
      const item = await this.#table.get(key, { consistent: true })
      const nextFree = item === undefined ? 0 : z.parse(Item, item).next_free_at
      if (nextFree > end) return undefined
      // Somebody else may have opened the queue since: then it is joined in the next round.
      if (nextFree > nowMs) continue
      const first = await this.#table.update(
        key,
        { set: { next_free_at: nowMs + interval } },
        {
          condition: {
            text: 'attribute_not_exists(#next_free_at) OR #next_free_at <= :now',
            values: { now: nowMs },
          },
        },
      )
      if (first !== undefined) return nowMs
    }
  }
}
