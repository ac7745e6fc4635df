import { useEffect, useState } from 'preact/hooks'
import { call, pathOf } from './client.ts'
import { type ApiProblem, asProblem } from './problem.ts'
import type { Page } from './resources.ts'
import { useLoad } from './use-load.ts'

/** So many pages in which nothing was found are asked for before one has to ask again. */
const emptyPages = 10

export interface Pages<Item> {
  readonly items: readonly Item[] | undefined
  readonly problem: ApiProblem | undefined
  readonly hasMore: boolean
  loadMore(): void
  reload(): void
}

/** A list of the API: its first page, kept up to date when `everyMs` is given, and more pages below it on request. */
export function usePages<Item extends { readonly id: string }>(
  path: string,
  { query = {}, everyMs }: { query?: Readonly<Record<string, string | undefined>>; everyMs?: number } = {},
): Pages<Item> {
  const key = pathOf(path, query)
  const first = useLoad(
    key,
    async (signal) =>
      (await call<Page<Item>>('GET', pathOf(path, { ...query, limit: '50' }), { signal })).body,
    { everyMs },
  )
  const [more, setMore] = useState<{ items: readonly Item[]; next: string | null }>()
  const [problem, setProblem] = useState<ApiProblem>()
  // Another list begins with its first page.
  useEffect(() => {
    setMore(undefined)
    setProblem(undefined)
  }, [key])
  const next = more === undefined ? first.data?.next_cursor : more.next
  const loadMore = async () => {
    try {
      let cursor = next ?? undefined
      let body: Page<Item>
      let asked = 0
      do {
        body = (await call<Page<Item>>('GET', pathOf(path, { ...query, limit: '50', cursor }))).body
        cursor = body.next_cursor ?? undefined
      } while (body.data.length === 0 && cursor !== undefined && ++asked < emptyPages)
      setMore((before) => ({
        items: [...(before?.items ?? first.data?.data ?? []), ...body.data],
        next: body.next_cursor,
      }))
    } catch (error) {
      setProblem(asProblem(error))
    }
  }
  const top = first.data?.data
  const isOnTop = new Set(top?.map(({ id }) => id))
  return {
    items: top && [...top, ...(more?.items ?? []).filter(({ id }) => !isOnTop.has(id))],
    problem: first.problem ?? problem,
    hasMore: typeof next === 'string',
    loadMore: () => void loadMore(),
    reload: () => {
      setMore(undefined)
      first.reload()
    },
  }
}
