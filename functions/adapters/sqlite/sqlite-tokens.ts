import * as z from 'zod/mini'
import { type Token, tokenScopes } from '../../domain/token.ts'
import type { TokenFinder } from '../../use-cases/authenticate.ts'
import { jsonColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const Row = z.pipe(
  z.object({
    id: z.string(),
    name: z.string(),
    hash: z.string(),
    scopes: jsonColumn(z.array(z.enum(tokenScopes))),
    created_at: z.number(),
    expires_at: z.nullable(z.number()),
  }),
  z.transform(
    ({ created_at: createdAt, expires_at: expiresAt, ...token }): Token => ({
      ...token,
      createdAt,
      expiresAt,
    }),
  ),
)

/** Tokens that were found are kept in memory: this process is their only writer, and forgets them at every change. */
export class SqliteTokens implements TokenFinder {
  readonly #store: SqliteStore
  readonly #statements
  readonly #found = new Map<string, Token>()

  constructor(store: SqliteStore) {
    this.#store = store
    this.#statements = {
      byHash: store.database.prepare('select * from tokens where hash = ?'),
      list: store.database.prepare('select * from tokens where id < ? order by id desc limit ?'),
      insert: store.database.prepare(
        'insert into tokens (id, name, hash, scopes, created_at, expires_at) values (?, ?, ?, ?, ?, ?)',
      ),
      remove: store.database.prepare('delete from tokens where id = ?'),
    }
  }

  async findByHash(hash: string): Promise<Token | undefined> {
    const known = this.#found.get(hash)
    if (known !== undefined) return known
    const row = this.#statements.byHash.get(hash)
    const token = row && z.parse(Row, row)
    if (token !== undefined) this.#found.set(hash, token)
    return token
  }

  /** Newest first. */
  async list({ before, limit }: { before?: string | undefined; limit: number }): Promise<readonly Token[]> {
    return this.#statements.list.all(before ?? 'tok_~', limit).map((row) => z.parse(Row, row))
  }

  async create({ id, name, hash, scopes, createdAt, expiresAt }: Token): Promise<void> {
    await this.#store.commits.write(() =>
      this.#statements.insert.run(id, name, hash, JSON.stringify(scopes), createdAt, expiresAt),
    )
  }

  /** False when there is no such token. */
  async remove(id: string): Promise<boolean> {
    return this.#store.commits.write(() => {
      this.#found.clear()
      return this.#statements.remove.run(id).changes > 0
    })
  }
}
