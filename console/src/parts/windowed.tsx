import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

const rowsAround = 10
const rowsBeforeEnd = 30

/**
 * A list that scrolls, of which only what is seen is in the page, however long it is. All rows are `rowHeight` pixels high.
 * When rows come on top while one has scrolled down, what is seen stays where it is.
 */
export function Windowed<Row>({
  rows,
  added,
  rowHeight,
  label,
  idOf,
  row,
  nearEnd,
  see,
  children,
}: {
  rows: readonly Row[]
  /** How many rows have come on top so far. */
  added: number
  rowHeight: number
  label: string
  idOf: (row: Row) => string
  row: (row: Row) => JSX.Element
  nearEnd: () => void
  see: (index: number) => void
  /** Below the last row. */
  children?: ComponentChildren
}) {
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })
  const known = useRef(added)
  const [fresh, setFresh] = useState(0)

  useLayoutEffect(() => {
    const { current } = box
    const more = added - known.current
    known.current = added
    if (current === null || more <= 0 || current.scrollTop === 0) return
    current.scrollTop += more * rowHeight
    setFresh((count) => count + more)
  }, [added, rowHeight])

  const look = () => {
    const { current } = box
    if (current === null) return
    setView({ top: current.scrollTop, height: current.clientHeight })
    see(Math.floor(current.scrollTop / rowHeight))
    if (current.scrollTop === 0) setFresh(0)
  }
  useLayoutEffect(look, [])

  const first = Math.max(0, Math.floor(view.top / rowHeight) - rowsAround)
  const end = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + rowsAround)
  const isNearEnd = end > rows.length - rowsBeforeEnd
  useLayoutEffect(() => {
    if (isNearEnd) nearEnd()
  }, [isNearEnd, rows.length, nearEnd])

  /** The arrow keys go from row to row, those that are not in the page yet included. */
  const move = (pressed: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[pressed.key]
    if (step === undefined || !(pressed.target instanceof HTMLElement)) return
    const item = pressed.target.closest('li')
    const next = step === 1 ? item?.nextElementSibling : item?.previousElementSibling
    const link = next?.querySelector('a')
    if (link == null) return
    pressed.preventDefault()
    link.focus()
  }

  return (
    <div class="windowed">
      {fresh > 0 && (
        <button
          type="button"
          class="button button-main button-small fresh"
          onClick={() => box.current?.scrollTo({ top: 0 })}
        >
          {fresh} new <span aria-hidden="true">↑</span>
        </button>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the links in it. */}
      <div ref={box} class="windowed-box" onScroll={look} onKeyDown={move}>
        <ul aria-label={label} style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, end).map((item, offset) => (
            <li
              key={idOf(item)}
              aria-setsize={rows.length}
              aria-posinset={first + offset + 1}
              style={{ height: `${rowHeight}px`, transform: `translateY(${(first + offset) * rowHeight}px)` }}
            >
              {row(item)}
            </li>
          ))}
        </ul>
        {children}
      </div>
    </div>
  )
}
