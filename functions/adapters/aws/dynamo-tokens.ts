import * as z from 'zod/mini'
import { type Token, tokenScopes } from '../../domain/token.ts'
import type { TokenFinder } from '../../use-cases/authenticate.ts'
import { isAbsentOrHas } from './expressions.ts'
import type { Key, Table } from './table.ts'

const Item = z.pipe(
  z.object({
    id: z.string(),
    name: z.string(),
    hash: z.string(),
    scopes: z.array(z.enum(tokenScopes)),
    created_at: z.number(),
    valid_until: z.nullable(z.number()),
  }),
  z.transform(
    ({ created_at: createdAt, valid_until: expiresAt, ...token }): Token => ({
      ...token,
      createdAt,
      expiresAt,
    }),
  ),
)

const pk = 'token'

/**
 * Tokens, each twice: in the list, and under its hash, where requests find it. The one under the hash is what makes a
 * token work: it is written last and removed first, so that none works that the list does not show.
 */
export class DynamoTokens implements TokenFinder {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  async findByHash(hash: string): Promise<Token | undefined> {
    const key = hashKey(hash)
    // The cheap read finds all but a token of the last second.
    const item = (await this.#table.get(key)) ?? (await this.#table.get(key, { consistent: true }))
    return item === undefined ? undefined : z.parse(Item, item)
  }

  /** Newest first. */
  async list({ before, limit }: { before?: string | undefined; limit: number }): Promise<readonly Token[]> {
    const { items } = await this.#table.page({
      pk,
      startAfter: before,
      limit,
      descending: true,
      consistent: true,
    })
    return items.map((item) => z.parse(Item, item))
  }

  /** Rejects when there is another token with that id. */
  async create({ id, name, hash, scopes, createdAt, expiresAt }: Token): Promise<void> {
    // Not `expires_at`: tables may let items with that attribute expire, and count it in seconds.
    const token = { id, name, hash, scopes, created_at: createdAt, valid_until: expiresAt }
    const created = await this.#table.put(
      { pk, sk: id, ...token },
      { condition: isAbsentOrHas('hash', hash) },
    )
    if (created === undefined) throw new Error(`There is a token ${id} already.`)
    await this.#table.put({ ...hashKey(hash), ...token })
  }

  /** False when there is no such token. */
  async remove(id: string): Promise<boolean> {
    const item = await this.#table.get({ pk, sk: id }, { consistent: true })
    if (item === undefined) return false
    await this.#table.delete(hashKey(z.parse(Item, item).hash))
    const removed = await this.#table.delete({ pk, sk: id })
    return removed?.old !== undefined
  }
}

function hashKey(hash: string): Key {
  return { pk: `hash#${hash}`, sk: 'token' }
}
