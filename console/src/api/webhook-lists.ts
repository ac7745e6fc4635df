import { call, pathOf } from './client.ts'
import type { Page, Webhook } from './resources.ts'

/** Which webhooks are wanted. `pages` are the cursors of the pages before, the last of them the one of this page. */
export interface Wanted {
  readonly search: string
  readonly type: string
  readonly state: string
  readonly pages: readonly string[]
  /** How many thousands of webhooks a search looks through. */
  readonly thousands: number
}

/** A page of webhooks as it is shown; `next` is for `pages`, null at the end. */
export interface Shown {
  readonly webhooks: readonly Webhook[]
  readonly next: string | null
  readonly searched: number
  /** Whether there are webhooks that a search did not look at. */
  readonly hasMore: boolean
}

const pageSize = 20

function ask(
  { type, state }: Wanted,
  { cursor, limit }: { cursor: string | undefined; limit: number },
  signal: AbortSignal,
) {
  const enabled = state === '' ? undefined : String(state === 'on')
  const path = pathOf('webhooks', { event_type: type, enabled, cursor, limit: String(limit) })
  return call<Page<Webhook>>('GET', path, { signal })
}

/** A page of webhooks as the API has them. */
export async function listWebhooks(wanted: Wanted, signal: AbortSignal): Promise<Shown> {
  const { body } = await ask(wanted, { cursor: wanted.pages.at(-1), limit: pageSize }, signal)
  return { webhooks: body.data, next: body.next_cursor, searched: body.data.length, hasMore: false }
}

/** The API does not search in texts: this looks through the newest webhooks, a thousand unless told otherwise. Its cursors are numbers of pages. */
export async function searchWebhooks(wanted: Wanted, signal: AbortSignal): Promise<Shown> {
  const all: Webhook[] = []
  let cursor: string | null = null
  do {
    const { body }: { body: Page<Webhook> } = await ask(
      wanted,
      { cursor: cursor ?? undefined, limit: 100 },
      signal,
    )
    all.push(...body.data)
    cursor = body.next_cursor
  } while (cursor !== null && all.length < 1_000 * wanted.thousands)
  const words = wanted.search.toLowerCase().split(/\s+/)
  const found = all.filter(({ id, url, description }) => {
    const text = `${id} ${url} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const start = wanted.pages.length * pageSize
  return {
    webhooks: found.slice(start, start + pageSize),
    next: found.length > start + pageSize ? String(wanted.pages.length + 2) : null,
    searched: all.length,
    hasMore: cursor !== null,
  }
}
