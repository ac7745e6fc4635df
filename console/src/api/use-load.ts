import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { type ApiProblem, asProblem } from './problem.ts'

export interface Loaded<Data> {
  /** The newest that came; it stays while more is loaded, and when that fails. */
  readonly data: Data | undefined
  readonly problem: ApiProblem | undefined
  reload(): void
}

/**
 * Loads when `key` changes and, while the page is seen, every `everyMs`; an answer that a newer request overtook is dropped.
 * Data of another key are not shown, unless `keep` says that they may be until the new ones come.
 */
export function useLoad<Data>(
  key: string,
  load: (signal: AbortSignal) => Promise<Data>,
  { everyMs, keep = false }: { everyMs?: number | undefined; keep?: boolean } = {},
): Loaded<Data> {
  const [state, setState] = useState<{ key: string; data?: Data; problem?: ApiProblem | undefined }>({ key })
  const latest = useRef(load)
  latest.current = load
  const running = useRef<AbortController | undefined>(undefined)
  const isWaiting = useRef(false)

  const reload = useCallback(() => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    isWaiting.current = true
    const over = () => {
      if (running.current === controller) isWaiting.current = false
    }
    latest
      .current(controller.signal)
      .then(
        (data) => {
          if (!controller.signal.aborted) setState({ key, data })
        },
        (error: unknown) => {
          if (!controller.signal.aborted)
            setState((before) => {
              const problem = asProblem(error)
              return before.key === key || keep ? { ...before, key, problem } : { key, problem }
            })
        },
      )
      .finally(over)
  }, [key, keep])

  useEffect(() => {
    reload()
    return () => running.current?.abort()
  }, [reload])

  useEffect(() => {
    if (everyMs === undefined) return
    const again = () => {
      // Over a slow line an answer may take longer than that: it must not be given up for the next request each time.
      if (!document.hidden && !isWaiting.current) reload()
    }
    const timer = setInterval(again, everyMs)
    document.addEventListener('visibilitychange', again)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', again)
    }
  }, [reload, everyMs])

  const isOfKey = state.key === key
  return {
    data: isOfKey || keep ? state.data : undefined,
    problem: isOfKey ? state.problem : undefined,
    reload,
  }
}
