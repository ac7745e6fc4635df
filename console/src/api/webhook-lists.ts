import { call, pathOf } from './client.ts'
import type { Page, Webhook } from './resources.ts'

/** Which webhooks are wanted. `pages` are the cursors of the pages before, the last of them the one of this page. */
export interface Wanted {
  readonly search: string
  readonly type: string
  readonly state: string
  readonly pages: readonly string[]
}

/** A page of webhooks as it is shown; `next` is for `pages`, null at the end. */
export interface Shown {
  readonly webhooks: readonly Webhook[]
  readonly next: string | null
  readonly searched: number
  readonly note?: string
}

const pageSize = 20
const searchedAtMost = 1_000

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
  return { webhooks: body.data, next: body.next_cursor, searched: body.data.length }
}

/** The API does not search in texts: this looks through the newest 1,000 webhooks. Its cursors are numbers of pages. */
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
  } while (cursor !== null && all.length < searchedAtMost)
  const words = wanted.search.toLowerCase().split(/\s+/)
  const found = all.filter(({ id, url, description }) => {
    const text = `${id} ${url} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const start = wanted.pages.length * pageSize
  const shown = {
    webhooks: found.slice(start, start + pageSize),
    next: found.length > start + pageSize ? String(wanted.pages.length + 2) : null,
    searched: all.length,
  }
  return cursor === null ? shown : { ...shown, note: `Only the newest ${all.length} webhooks were searched.` }
}
