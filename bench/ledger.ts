/** What the publisher was promised, held against what the receiver saw. */
export interface Balance {
  /** Accepted × fan-out. */
  readonly expected: number
  /** Different (webhook, webhook-id) pairs that arrived. */
  readonly distinct: number
  /** Promised, and never arrived. */
  readonly lost: number
  /** Arrived again. */
  readonly duplicates: number
  /** Arrived, though no answer had promised it. */
  readonly unexpected: number
}

/** How an arrival is known: the webhook's path and the event's id. */
export function arrivalKey(path: string, eventId: string): string {
  return `${path} ${eventId}`
}

/** Compares the accepted events' ids, for every webhook's path, with the keys of all that arrived. */
export function balance(
  acceptedIds: readonly string[],
  paths: readonly string[],
  arrivals: readonly string[],
): Balance {
  const distinct = new Set(arrivals)
  let found = 0
  for (const id of acceptedIds) {
    for (const path of paths) if (distinct.has(arrivalKey(path, id))) found++
  }
  const expected = acceptedIds.length * paths.length
  return {
    expected,
    distinct: distinct.size,
    lost: expected - found,
    duplicates: arrivals.length - distinct.size,
    unexpected: distinct.size - found,
  }
}
