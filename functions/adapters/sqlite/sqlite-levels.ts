import * as z from 'zod/mini'
import type { QueueLevel } from '../../use-cases/queue-levels.ts'
import type { SqliteStore } from './store.ts'

export interface SqliteQueueLevel extends QueueLevel {
  readonly oldestDueMs: number
}

const Count = z.object({ n: z.number() })
const Waiting = z.object({ n: z.number(), due: z.number() })
const First = z.object({ first: z.nullable(z.number()) })
/** Nothing is counted further: a scrape must not hold up deliveries. */
const mostCounted = 100_000
const Breaker = z.object({ state: z.enum(['open', 'slow']), n: z.number() })

/** How much waits, as it is now: at most 100,000 of a kind, read from an index alone. */
export class SqliteLevels {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#statements = {
      dead: database.prepare(
        `select count(*) n from (select 1 from messages where queue = ? limit ${mostCounted})`,
      ),
      waiting: database.prepare(
        `select count(*) n, count(*) filter (where visible_at <= ?) due
         from (select visible_at from messages where queue = ? and in_flight = 0 limit ${mostCounted})`,
      ),
      // From group to group in the index: what waits in each is not read.
      first: database.prepare(
        `with recursive groups(id) as (
           select min(group_id) from messages where queue = :queue and in_flight = 0
           union all select (select min(group_id) from messages
             where queue = :queue and in_flight = 0 and group_id > groups.id) from groups where id is not null)
         select min((select min(visible_at) from messages
           where queue = :queue and in_flight = 0 and group_id = groups.id)) first from groups where id is not null`,
      ),
      retries: database.prepare(
        `select count(*) n from (select 1 from deliveries where sweep_at is not null limit ${mostCounted})`,
      ),
      breakers: database.prepare(
        `select json_extract(state, '$.kind') state, count(*) n from breakers
         where json_extract(state, '$.kind') in ('open', 'slow') group by 1`,
      ),
    }
  }

  queue(name: string): SqliteQueueLevel {
    const nowMs = this.#store.now()
    const { n, due } = z.parse(Waiting, this.#statements.waiting.get(nowMs, name))
    const { first } = z.parse(First, this.#statements.first.get({ queue: name }))
    const deadLetters = z.parse(Count, this.#statements.dead.get(`${name}-dead-letters`)).n
    return {
      queue: name,
      due,
      delayed: n - due,
      deadLetters,
      oldestDueMs: Math.max(0, nowMs - (first ?? nowMs)),
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
}
