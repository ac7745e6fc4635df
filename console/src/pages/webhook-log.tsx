import { useCallback, useEffect, useState } from 'preact/hooks'
import { useLog } from '../api/use-log.ts'
import { useWebhook } from '../api/use-webhook.ts'
import { Problem, StaleNotice } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Windowed } from '../parts/windowed.tsx'
import { at, go, place, replacePlace } from '../router.ts'
import type { PageProps } from '../routes.tsx'
import { DeliveryView } from './delivery/delivery-view.tsx'
import { isoOf, LogFilters, type LogQuery } from './log/log-filters.tsx'
import { LogRow } from './log/log-row.tsx'
import { WebhookHead } from './log/webhook-head.tsx'

const narrow = matchMedia('(max-width: 40rem)')
const rowHeights = { wide: 44, narrow: 68 }

/** A webhook and its log, newest first and live; a delivery opens beside it. */
export function WebhookLog({ values: { id = '' } }: PageProps) {
  const { query: asked } = place.value
  const text = (name: string) => asked.get(name) ?? ''
  const query: LogQuery = {
    errors: text('errors'),
    status: text('status'),
    type: text('type'),
    from: text('from'),
    to: text('to'),
  }
  const open = text('delivery')
  const { data: webhook, problem, reload } = useWebhook(id)
  const log = useLog(id, {
    status: query.status,
    event_type: query.type,
    errors_only: query.errors,
    from: isoOf(query.from),
    to: isoOf(query.to),
  })
  const rowHeight = useRowHeight()
  const path = `/webhooks/${id}`
  const hrefOf = useCallback(
    (delivery: string | undefined) => at(path, { ...query, delivery }),
    [path, ...Object.values(query)],
  )
  const isFiltered = Object.values(query).some((value) => value !== '')

  useEffect(() => {
    if (open === '') return
    return () =>
      document.querySelector<HTMLElement>(`[data-delivery="${open}"]`)?.focus({ preventScroll: true })
  }, [open])

  return (
    <>
      <WebhookHead id={id} webhook={webhook} changed={reload} />
      {webhook === undefined ? (
        <Problem problem={problem} title="The webhook cannot be shown." />
      ) : (
        <StaleNotice problem={problem} />
      )}
      <div class={open === '' ? 'log' : 'log log-split'}>
        <section class="log-list" aria-labelledby="log-title">
          <h2 id="log-title">Log</h2>
          <LogFilters query={query} change={(change) => replacePlace(at(path, { ...query, ...change }))} />
          {log.rows === undefined ? (
            <Problem problem={log.problem} title="The log cannot be shown." />
          ) : (
            <StaleNotice problem={log.problem} />
          )}
          {log.rows === undefined && log.problem === undefined && <Skeleton rows={8} />}
          {log.rows !== undefined && log.rows.length === 0 && log.isComplete && (
            <NothingLogged isFiltered={isFiltered} all={at(path)} />
          )}
          {log.rows !== undefined && (log.rows.length > 0 || !log.isComplete) && (
            <Windowed
              key={JSON.stringify(query)}
              rows={log.rows}
              added={log.added}
              rowHeight={rowHeight}
              label="Deliveries, newest first"
              idOf={({ id: delivery }) => delivery}
              row={(delivery) => (
                <LogRow delivery={delivery} href={hrefOf(delivery.id)} isOpen={delivery.id === open} />
              )}
              nearEnd={log.loadMore}
              see={log.see}
            >
              {!log.isComplete && <p class="quiet more">Loading more…</p>}
            </Windowed>
          )}
        </section>
        {open !== '' && (
          <DeliveryView
            id={open}
            closeHref={hrefOf(undefined)}
            redelivered={(delivery) => {
              log.refresh()
              if (delivery.id !== open) go(hrefOf(delivery.id))
            }}
          />
        )}
      </div>
    </>
  )
}

function NothingLogged({ isFiltered, all }: { isFiltered: boolean; all: string }) {
  return (
    <div class="empty">
      <h3>{isFiltered ? 'No delivery fits' : 'Nothing was sent yet'}</h3>
      {isFiltered ? (
        <p>
          <a href={all}>Show all deliveries</a>
        </p>
      ) : (
        <p>A delivery appears here with its first attempt.</p>
      )}
    </div>
  )
}

function useRowHeight(): number {
  const [isNarrow, setNarrow] = useState(narrow.matches)
  useEffect(() => {
    const look = () => setNarrow(narrow.matches)
    narrow.addEventListener('change', look)
    return () => narrow.removeEventListener('change', look)
  }, [])
  return isNarrow ? rowHeights.narrow : rowHeights.wide
}
