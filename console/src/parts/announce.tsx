import { signal } from '@preact/signals'

const said = signal<{ text: string; count: number }>({ text: '', count: 0 })
let timer: ReturnType<typeof setTimeout> | undefined

/** Says what was done: shown for a while, and read out. */
export function announce(text: string): void {
  said.value = { text, count: said.value.count + 1 }
  clearTimeout(timer)
  timer = setTimeout(() => {
    said.value = { text: '', count: said.value.count }
  }, 6_000)
}

/** The one place where results are announced. */
export function Announcements() {
  const { text, count } = said.value
  return (
    <div class="announcements" role="status" aria-live="polite">
      {text !== '' && <p key={count}>{text}</p>}
    </div>
  )
}
