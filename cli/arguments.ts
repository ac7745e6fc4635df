import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../functions/domain/duration.ts'

const timePattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/

/** A time as RFC 3339 in UTC, from a time, a date, or how long ago it was (`24h`). @throws InvalidArgumentError. */
export function pastTime(text: string): string {
  const agoMs = parseDuration(text)
  const timeMs =
    agoMs === undefined ? (timePattern.test(text) ? Date.parse(text) : Number.NaN) : Date.now() - agoMs
  if (!Number.isFinite(timeMs))
    throw new InvalidArgumentError('Give how long ago, such as 24h, or a time such as 2026-11-23T14:20:00Z.')
  return new Date(timeMs).toISOString()
}

/** A time to come, from a time, a date, or how long from now it is (`90d`). @throws InvalidArgumentError. */
export function futureTime(text: string): string {
  const inMs = parseDuration(text)
  const timeMs =
    inMs === undefined ? (timePattern.test(text) ? Date.parse(text) : Number.NaN) : Date.now() + inMs
  if (!Number.isFinite(timeMs))
    throw new InvalidArgumentError(
      'Give how long from now, such as 90d, or a time such as 2027-01-31T00:00:00Z.',
    )
  return new Date(timeMs).toISOString()
}

/** A duration in the API's words. @throws InvalidArgumentError. */
export function duration(text: string): string {
  if (parseDuration(text) === undefined)
    throw new InvalidArgumentError('Give a duration such as 0s, 90m, 24h or 7d.')
  return text.trim()
}

/** A whole number within bounds, as a parser of options. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max.toLocaleString('en-US')}.`)
  }
}

/** A number within bounds, as a parser of options. */
export function numberWithin(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidArgumentError(`Give a number from ${min} to ${max.toLocaleString('en-US')}.`)
  }
}

/** Collects an option that may be given several times, or once with commas between. */
export function several(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((part) => part.trim())]
}

/** Collects an option that may be given several times, each as it is. */
export function each(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
