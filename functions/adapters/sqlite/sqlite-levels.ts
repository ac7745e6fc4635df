import * as z from 'zod/mini'
import type { SqliteStore } from './store.ts'

/** How full one queue is. `oldestDueMs`: how long the message that has been due longest has waited; 0 when none is due. */
export interface QueueLevel {
  readonly queue: string
  readonly due: number
  readonly delayed: number
  readonly inFlight: number
  readonly deadLetters: number
  readonly oldestDueMs: number
}

const Count = z.object({ n: z.number() })
const Waiting = z.object({ n: z.number(), due: z.number(), first: z.nullable(z.number()) })
const Breaker = z.object({ state: z.enum(['open', 'slow']), n: z.number() })

/** How much waits, as it is now. Each reads an index alone, of everything that waits. */
export class SqliteLevels {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#statements = {
      all: database.prepare('select count(*) n from messages where queue = ?'),
      waiting: database.prepare(
        `select count(*) n, count(*) filter (where visible_at <= ?) due, min(visible_at) first
         from messages where queue = ? and in_flight = 0`,
      ),
      retries: database.prepare('select count(*) n from deliveries where sweep_at is not null'),
      breakers: database.prepare(
        `select json_extract(state, '$.kind') state, count(*) n from breakers
         where json_extract(state, '$.kind') in ('open', 'slow') group by 1`,
      ),
    }
  }

  queue(name: string): QueueLevel {
    const nowMs = this.#store.now()
    const waiting = z.parse(Waiting, this.#statements.waiting.get(nowMs, name))
    return {
      queue: name,
      due: waiting.due,
      delayed: waiting.n - waiting.due,
      inFlight: this.#count(name) - waiting.n,
      deadLetters: this.#count(`${name}-dead-letters`),
      oldestDueMs: Math.max(0, nowMs - (waiting.first ?? nowMs)),
    }
  }

  /** Deliveries that were attempted or put off, and come again. */
  retriesWaiting(): number {
    return z.parse(Count, this.#statements.retries.get()).n
  }

  /** How many webhooks' breakers are open, and how many slow. */
  breakers(): Readonly<Record<'open' | 'slow', number>> {
    const rows = this.#statements.breakers.all().map((row) => z.parse(Breaker, row))
    const of = (state: 'open' | 'slow') => rows.find((row) => row.state === state)?.n ?? 0
    return { open: of('open'), slow: of('slow') }
  }

  #count(queue: string): number {
    return z.parse(Count, this.#statements.all.get(queue)).n
  }
}
