const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const units = [
  { name: 'day', ms: day },
  { name: 'h', ms: hour },
  { name: 'min', ms: minute },
  { name: 's', ms: second },
] as const

/** A length of time for people, in its two largest units: `3 days 4 h`, `5 min`, `0 s`, `250 ms`. */
export function lengthOfTime(lengthMs: number): string {
  if (lengthMs > 0 && lengthMs < second) return `${Math.floor(lengthMs)} ms`
  const first = units.findIndex(({ ms }) => lengthMs >= ms)
  if (first === -1) return '0 s'
  let left = lengthMs
  const parts: string[] = []
  for (const { name, ms } of units.slice(first, first + 2)) {
    const count = Math.floor(left / ms)
    left -= count * ms
    if (count > 0) parts.push(`${count} ${name === 'day' && count > 1 ? 'days' : name}`)
  }
  return parts.join(' ')
}

/** How long a request took, measured in whole milliseconds: `<1 ms`, `87 ms`, `1.4 s`, `15 s`. */
export function durationOf(durationMs: number): string {
  if (durationMs === 0) return '<1 ms'
  if (durationMs < second) return `${durationMs} ms`
  const seconds = durationMs / second
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
}

/** `12 s ago`, `in 5 min`, `now`: in one unit. */
export function fromNow(timeMs: number, nowMs: number): string {
  const distance = Math.abs(timeMs - nowMs)
  if (distance < second) return 'now'
  const unit = units.find(({ ms }) => distance >= ms) ?? { name: 's', ms: second }
  const count = Math.floor(distance / unit.ms)
  const text = `${count} ${unit.name === 'day' && count > 1 ? 'days' : unit.name}`
  return timeMs > nowMs ? `in ${text}` : `${text} ago`
}

/** The local date and time with seconds. */
export function fullTime(timeMs: number): string {
  return new Date(timeMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** What a retry schedule means, for people; undefined when it is none. */
export function scheduleInWords(waitsMs: readonly number[]): string {
  const tries = waitsMs.length
  const total = waitsMs.reduce((sum, wait) => sum + wait, 0)
  if (tries === 1)
    return `One attempt, ${waitsMs[0] === 0 ? 'at once' : `after ${lengthOfTime(total)}`}, and no retries.`
  const [first = 0, ...others] = waitsMs
  const start = first === 0 ? 'at once' : `after ${lengthOfTime(first)}`
  return `${tries} attempts over ${lengthOfTime(total)}: ${start}, then ${others.map(lengthOfTime).join(', ')} after the one before.`
}

/** `1 request`, `1,204 requests`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : several}`
}
