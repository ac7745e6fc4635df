import * as z from 'zod/mini'
import { parseSealed } from '../../domain/sealed.ts'
import type { Source } from '../../domain/source.ts'
import type { SqliteStore } from './store.ts'

const Row = z.pipe(
  z.object({
    id: z.string(),
    name: z.string(),
    secret: z.pipe(z.string(), z.transform(parseSealed)),
    created_at: z.number(),
    last_event_at: z.nullable(z.number()),
  }),
  z.transform(
    ({ created_at: createdAt, last_event_at: lastEventAt, ...source }): Source => ({
      ...source,
      createdAt,
      lastEventAt,
    }),
  ),
)

export class SqliteSources {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    this.#statements = {
      get: store.database.prepare('select * from sources where id = ?'),
      all: store.database.prepare('select * from sources order by id desc'),
      list: store.database.prepare('select * from sources where id < ? order by id desc limit ?'),
      insert: store.database.prepare(
        'insert into sources (id, name, secret, created_at, last_event_at) values (?, ?, ?, ?, null)',
      ),
      remove: store.database.prepare('delete from sources where id = ?'),
    }
  }

  async get(id: string): Promise<Source | undefined> {
    const row = this.#statements.get.get(id)
    return row && z.parse(Row, row)
  }

  /** Newest first. */
  async all(): Promise<readonly Source[]> {
    return this.#statements.all.all().map((row) => z.parse(Row, row))
  }

  /** Newest first. */
  async list({ before, limit }: { before?: string | undefined; limit: number }): Promise<readonly Source[]> {
    return this.#statements.list.all(before ?? 'src_~', limit).map((row) => z.parse(Row, row))
  }

  async create({ id, name, secret, createdAt }: Source): Promise<void> {
    await this.#store.commits.write(() => this.#statements.insert.run(id, name, secret, createdAt))
  }

  /** False when there is no such source. */
  async remove(id: string): Promise<boolean> {
    return this.#store.commits.write(() => this.#statements.remove.run(id).changes > 0)
  }
}
