import { afterEach, beforeEach } from 'vitest'
import type { Page } from '../../functions/use-cases/log-queries.ts'
import { builtAt } from '../support/builders.ts'

/** How long logs are kept in every contract suite: an adapter under test is opened with it. */
export const retentionMs = 30 * 24 * 3_600_000

/** Time that stands still until a test moves it. Milliseconds since 1970. */
export class ManualClock {
  #nowMs = builtAt
  readonly #followers: ((ms: number) => Promise<void>)[] = []

  readonly now = (): number => this.#nowMs

  /** For a store that tells time by itself, such as an emulator: it is told of every step, and awaited. */
  follow(step: (ms: number) => Promise<void>): void {
    this.#followers.push(step)
  }

  async advance(ms: number): Promise<void> {
    this.#nowMs += ms
    await Promise.all(this.#followers.map((step) => step(ms)))
  }
}

/** Opens adapters over an empty store that goes by `clock` and keeps logs for `retentionMs`. */
export type Open<Ports> = (clock: ManualClock) => Promise<Ports & { close(): Promise<void> }>

/**
 * Opens the adapters before each test and closes them after it.
 * @returns what gives a test its adapters and its clock.
 */
export function perTest<Ports>(open: Open<Ports>): () => Ports & { readonly clock: ManualClock } {
  let given: (Ports & { readonly clock: ManualClock; close(): Promise<void> }) | undefined
  beforeEach(async () => {
    const clock = new ManualClock()
    given = { ...(await open(clock)), clock }
  })
  afterEach(async () => {
    await given?.close()
    given = undefined
  })
  return () => {
    if (given === undefined) throw new Error('Adapters are there only while a test runs.')
    return given
  }
}

const mostPages = 1_000

/** All items of a listing, read page by page from the newest to the end. Throws when it has no end. */
export async function readAll<Item>(
  page: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages; pages++) {
    const { items: more, next } = await page(cursor)
    items.push(...more)
    if (next === undefined) return items
    cursor = next
  }
  throw new Error(`The listing goes on after ${mostPages} pages.`)
}

/** As `readAll`, for a listing that goes on before the last id while its pages are full. */
export function readAllBefore<Item extends { readonly id: string }>(
  limit: number,
  list: (range: { before: string | undefined; limit: number }) => Promise<readonly Item[]>,
): Promise<Item[]> {
  return readAll(async (before) => {
    const items = await list({ before, limit })
    return { items, next: items.length === limit ? items.at(-1)?.id : undefined }
  })
}

/** The ids of things, in their order. */
export function idsOf(things: readonly { readonly id: string }[]): string[] {
  return things.map(({ id }) => id)
}

/** The ids newest first, as every listing gives them. */
export function newestFirst(things: readonly { readonly id: string }[]): string[] {
  return idsOf(things).sort().reverse()
}
