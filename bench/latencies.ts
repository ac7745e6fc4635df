import type { Arrivals, LoadReport } from './messages.ts'
import { type LatencySummary, summarise } from './statistics.ts'

/** Latencies of one run by schedule, in milliseconds. */
export interface Latencies {
  /** From when a request was due to when its 202 was there. */
  readonly accept: LatencySummary
  /** From the 202 at the publisher to the request at the receiver; below zero when the request was faster. */
  readonly delivery: LatencySummary
  /** From when a request was due to each of its event's requests at the receiver. */
  readonly endToEnd: LatencySummary
  /** How late the publisher itself was; part of `accept` and of `endToEnd`. */
  readonly publisherLate: LatencySummary
}

/** Joins what the publisher and the receiver saw, by the events' ids. */
export function latenciesOf(report: LoadReport, { keys, times }: Arrivals): Latencies {
  const indexOf = new Map(report.ids.map((id, index) => [id, index]))
  const delivery: number[] = []
  const endToEnd: number[] = []
  for (const [at, key] of keys.entries()) {
    const index = indexOf.get(key.slice(key.lastIndexOf(' ') + 1)) ?? -1
    const [arrivedAt, answeredAt, scheduledAt] = [
      times[at],
      report.answeredAt[index],
      report.scheduledAt[index],
    ]
    if (arrivedAt === undefined || answeredAt === undefined || scheduledAt === undefined) continue
    delivery.push(arrivedAt - answeredAt)
    endToEnd.push(arrivedAt - scheduledAt)
  }
  const accept = report.answeredAt.map((answeredAt, index) => answeredAt - (report.scheduledAt[index] ?? 0))
  return {
    accept: summarise(accept),
    delivery: summarise(delivery),
    endToEnd: summarise(endToEnd),
    publisherLate: summarise(report.lateMs),
  }
}
