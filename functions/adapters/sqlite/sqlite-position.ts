import type { SqliteStore } from './store.ts'

/** How far some pass over the events has come, by the id of the last one. */
export class SqlitePosition {
  readonly #store: SqliteStore
  readonly #name: string
  readonly #statements

  constructor(store: SqliteStore, name: string) {
    this.#store = store
    this.#name = name
    this.#statements = {
      read: store.database.prepare('select at from positions where name = ?'),
      move: store.database.prepare('insert or replace into positions (name, at) values (?, ?)'),
    }
  }

  /** Undefined before the first move. */
  async read(): Promise<string | undefined> {
    const at = this.#statements.read.get(this.#name)?.at
    return typeof at === 'string' ? at : undefined
  }

  async moveTo(eventId: string): Promise<void> {
    await this.#store.commits.write(() => this.#statements.move.run(this.#name, eventId))
  }
}
