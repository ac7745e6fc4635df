import * as z from 'zod/mini'
import { type Breaker, untroubled } from '../../domain/breaker.ts'
import type { Breakers } from '../../use-cases/heed-receiver.ts'
import { BreakerState } from '../breaker-state.ts'
import { jsonColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const Row = z.object({ webhook_id: z.string(), state: jsonColumn(BreakerState) })

/** Breakers, kept in memory: this process is their only writer. Those that were not closed survive a restart. */
export class SqliteBreakers implements Breakers {
  readonly #store: SqliteStore
  readonly #known = new Map<string, Breaker>()
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#statements = {
      versionOf: database.prepare('select version from breakers where webhook_id = ?'),
      put: database.prepare('insert or replace into breakers (webhook_id, version, state) values (?, ?, ?)'),
    }
    for (const row of database.prepare('select webhook_id, state from breakers').iterate()) {
      const { webhook_id: id, state } = z.parse(Row, row)
      // Whose probe was under way has died: there is one process.
      this.#known.set(id, state.kind === 'open' ? { ...state, probe: null } : state)
    }
  }

  async get(webhookId: string): Promise<Breaker> {
    return this.#known.get(webhookId) ?? untroubled
  }

  async replace(webhookId: string, breaker: Breaker): Promise<boolean> {
    const isReplaced = await this.#store.commits.write(() => {
      const { version } = this.#statements.versionOf.get(webhookId) ?? untroubled
      if (version !== breaker.version - 1) return false
      this.#statements.put.run(webhookId, breaker.version, JSON.stringify(breaker))
      return true
    })
    if (isReplaced) this.#known.set(webhookId, breaker)
    return isReplaced
  }
}
