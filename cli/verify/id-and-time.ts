import { formatDuration } from '../../functions/domain/duration.ts'
import { isId } from '../../functions/domain/ids.ts'

// As the reference libraries do (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
const toleranceMs = 5 * 60_000

/** What is wrong with `webhook-id` and `webhook-timestamp`, for a request that came at `receivedAt`, milliseconds since 1970. */
export function checkIdAndTime(
  { id, timestamp }: { id: string; timestamp: string },
  receivedAt: number,
): readonly string[] {
  const idProblem = isId('evt', id)
    ? []
    : [
        `webhook-id is "${id}", and no event's id: it was changed on the way, or the request is not from this service.`,
      ]
  return [...idProblem, ...timeProblems(timestamp, receivedAt)]
}

function timeProblems(timestamp: string, receivedAt: number): string[] {
  if (!/^\d{1,15}$/.test(timestamp))
    return [`webhook-timestamp is "${timestamp}", and no whole seconds since 1970.`]
  const seconds = Number(timestamp)
  if (seconds > 100_000_000_000)
    return ['webhook-timestamp seems to be in milliseconds; it is sent in seconds.']
  const ageMs = receivedAt - seconds * 1_000
  if (Math.abs(ageMs) <= toleranceMs) return []
  const rounded = formatDuration(Math.round(Math.abs(ageMs) / 1_000) * 1_000)
  return [
    ageMs > 0
      ? `webhook-timestamp was ${rounded} old at ${new Date(receivedAt).toISOString()}; receivers refuse what is older than five minutes. For a request that came earlier say when, with --received-at; if it was new then, the receiver's clock is wrong.`
      : `webhook-timestamp was ${rounded} ahead of ${new Date(receivedAt).toISOString()}; receivers allow five minutes. A clock is wrong.`,
  ]
}
