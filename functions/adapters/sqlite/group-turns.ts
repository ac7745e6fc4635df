/** A group that has messages: when its earliest is due, and how many are in flight. */
interface Group {
  readonly name: string
  dueAt: number
  inFlight: number
}

/**
 * Whose turn it is: groups with a message due are served in turn, each with at most `maxInFlight` messages under way,
 * so that one that is slow or has many waits by itself.
 */
export class GroupTurns {
  readonly #groups = new Map<string, Group>()
  readonly #maxInFlight: number

  constructor(maxInFlight: number) {
    this.#maxInFlight = maxInFlight
  }

  /** A message of the group is due at `dueAt`. */
  expect(name: string, dueAt: number): void {
    const group = this.#groups.get(name)
    if (group === undefined) this.#groups.set(name, { name, dueAt, inFlight: 0 })
    else if (dueAt < group.dueAt) group.dueAt = dueAt
  }

  /** The next group with a message due and room for `room` more, which then goes to the end of the line. */
  next(nowMs: number): { readonly name: string; readonly room: number } | undefined {
    for (const group of this.#groups.values()) {
      if (group.dueAt > nowMs || group.inFlight >= this.#maxInFlight) continue
      this.#groups.delete(group.name)
      this.#groups.set(group.name, group)
      return { name: group.name, room: this.#maxInFlight - group.inFlight }
    }
    return undefined
  }

  /** `count` messages of the group were handed out; its next one is due at `nextDueAt` (Infinity: it has no more). */
  took(name: string, count: number, nextDueAt: number): void {
    const group = this.#groups.get(name)
    if (group === undefined) return
    group.inFlight += count
    group.dueAt = nextDueAt
    this.#forgetIfIdle(group)
  }

  /** `count` messages of the group are no longer in flight. */
  finished(name: string, count: number): void {
    const group = this.#groups.get(name)
    if (group === undefined) return
    group.inFlight -= count
    this.#forgetIfIdle(group)
  }

  /** When the next message that could be handed out is due; Infinity when there is none. */
  nextDueAt(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const { dueAt, inFlight } of this.#groups.values()) {
      if (inFlight < this.#maxInFlight && dueAt < earliest) earliest = dueAt
    }
    return earliest
  }

  #forgetIfIdle(group: Group): void {
    if (group.inFlight <= 0 && group.dueAt === Number.POSITIVE_INFINITY) this.#groups.delete(group.name)
  }
}
