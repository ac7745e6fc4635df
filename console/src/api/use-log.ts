import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { call, pathOf } from './client.ts'
import { mergeRows } from './log-rows.ts'
import { type ApiProblem, asProblem } from './problem.ts'
import type { Delivery, Page } from './resources.ts'

const pageSize = 100
const refreshMs = 3_000

export type LogFilter = Readonly<
  Record<'status' | 'event_type' | 'errors_only' | 'from' | 'to', string | undefined>
>

export interface Log {
  /** Newest first; undefined until the first page has come. */
  readonly rows: readonly Delivery[] | undefined
  /** How many have come on top since the log was opened. */
  readonly added: number
  readonly isComplete: boolean
  readonly problem: ApiProblem | undefined
  loadMore(): void
  /** The row at the top of what is seen: what is around it is kept up to date. */
  see(index: number): void
  refresh(): void
}

interface State {
  readonly key: string
  readonly rows?: readonly Delivery[]
  readonly added: number
  readonly next: string | null
  readonly problem?: ApiProblem | undefined
}

/** A webhook's log: grows downwards as it is scrolled, and upwards by itself. */
export function useLog(webhookId: string, filter: LogFilter): Log {
  const key = JSON.stringify([webhookId, filter])
  const [state, setState] = useState<State>({ key, added: 0, next: null })
  const latest = useRef(state)
  latest.current = state
  const seen = useRef(0)
  const isLoading = useRef(false)
  const isRefreshing = useRef(false)

  const ask = useCallback(
    async (query: { cursor?: string; to?: string }, signal?: AbortSignal) => {
      const [id, wanted]: [string, LogFilter] = JSON.parse(key)
      const path = pathOf(`webhooks/${id}/deliveries`, { ...wanted, limit: String(pageSize), ...query })
      return (await call<Page<Delivery>>('GET', path, { signal })).body
    },
    [key],
  )

  const failed = (error: unknown) => setState((before) => ({ ...before, problem: asProblem(error) }))

  const refresh = useCallback(async () => {
    const { rows = [] } = latest.current
    const page = await ask({})
    const middle = rows[seen.current]
    // The rows that are looked at may be far below the first page.
    const around =
      seen.current > pageSize && middle !== undefined ? await ask({ to: middle.created_at }) : undefined
    setState((before) => {
      if (before.key !== key || before.rows === undefined) return before
      const newest = mergeRows(before.rows, page.data)
      // More came than fit on a page: what is between is unknown, so the log begins anew.
      if (newest.hasGap && page.next_cursor !== null)
        return { key, rows: page.data, added: 0, next: page.next_cursor }
      const { rows } = around === undefined ? newest : mergeRows(newest.rows, around.data)
      return { ...before, rows, added: before.added + newest.added, problem: undefined }
    })
  }, [ask, key])

  useEffect(() => {
    const controller = new AbortController()
    seen.current = 0
    ask({}, controller.signal).then(
      ({ data, next_cursor }) => setState({ key, rows: data, added: 0, next: next_cursor }),
      (error: unknown) => {
        if (!controller.signal.aborted) setState({ key, added: 0, next: null, problem: asProblem(error) })
      },
    )
    const again = () => {
      if (document.hidden || latest.current.rows === undefined || isRefreshing.current) return
      isRefreshing.current = true
      refresh()
        .catch(failed)
        .finally(() => {
          isRefreshing.current = false
        })
    }
    const timer = setInterval(again, refreshMs)
    document.addEventListener('visibilitychange', again)
    return () => {
      controller.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', again)
    }
  }, [ask, refresh, key])

  const loadMore = useCallback(async () => {
    const { next } = latest.current
    if (isLoading.current || next === null) return
    isLoading.current = true
    try {
      const page = await ask({ cursor: next })
      setState((before) => {
        if (before.key !== key || before.next !== next) return before
        // A page begins where the last one ended, so that it can only overlap the end of what is known.
        const known = new Set(before.rows?.slice(-pageSize).map(({ id }) => id))
        const older = page.data.filter(({ id }) => !known.has(id))
        return { ...before, rows: [...(before.rows ?? []), ...older], next: page.next_cursor }
      })
    } catch (error) {
      failed(error)
    }
    isLoading.current = false
  }, [ask, key])

  return {
    rows: state.key === key ? state.rows : undefined,
    added: state.added,
    isComplete: state.next === null,
    problem: state.key === key ? state.problem : undefined,
    loadMore,
    see: (index) => {
      seen.current = index
    },
    refresh: () => {
      refresh().catch(failed)
    },
  }
}
