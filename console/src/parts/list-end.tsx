import type { Pages } from '../api/use-pages.ts'

/** The way to the next items of a list. */
export function ListEnd<Item>({ pages }: { pages: Pages<Item> }) {
  if (!pages.hasMore) return null
  return (
    <p class="list-end">
      <button type="button" class="button" onClick={pages.loadMore}>
        {pages.items?.length === 0 ? 'Look further' : 'Show more'}
      </button>
    </p>
  )
}
