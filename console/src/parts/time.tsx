import { signal, useComputed } from '@preact/signals'
import { fromNow, fullTime } from '../words/times.ts'

const now = signal(Date.now())
setInterval(() => {
  if (!document.hidden) now.value = Date.now()
}, 1_000)

/** A time as the distance from now; the full one on hover. */
export function Time({ at }: { at: string }) {
  const text = useComputed(() => fromNow(Date.parse(at), now.value))
  return (
    <time dateTime={at} title={fullTime(Date.parse(at))}>
      {text.value}
    </time>
  )
}

/** When something is due; once that is past, that it is due now. */
export function Due({ at }: { at: string }) {
  const text = useComputed(() =>
    Date.parse(at) <= now.value ? 'due now' : fromNow(Date.parse(at), now.value),
  )
  return (
    <time dateTime={at} title={fullTime(Date.parse(at))}>
      {text.value}
    </time>
  )
}
