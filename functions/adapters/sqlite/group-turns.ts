/** A group that has messages: when its earliest is due, and how many are in flight. */
interface Group {
  readonly name: string
  dueAt: number
  inFlight: number
}

/**
 * Whose turn it is: groups with a message due are served in turn, each with a bounded share of all that may be under
 * way, so that those that are slow or have many wait by themselves, and there is always room for the others.
 */
export class GroupTurns {
  readonly #groups = new Map<string, Group>()
  readonly #most: { readonly perGroup: number; readonly overall: number }

  /** @param most messages in flight: of one group, and of all together. */
  constructor(most: { readonly perGroup: number; readonly overall: number }) {
    this.#most = most
  }

  /**
   * How many messages a group may have in flight now: the fewer, the more groups have any due or in flight. All shares
   * together are a quarter of what there is, since groups that hang keep for a while what they took when they were few.
   */
  share(nowMs: number): number {
    let active = 0
    for (const { dueAt, inFlight } of this.#groups.values()) if (inFlight > 0 || dueAt <= nowMs) active++
    const fair = Math.floor(this.#most.overall / (4 * Math.max(active, 1)))
    return Math.max(1, Math.min(this.#most.perGroup, fair))
  }

  /** A message of the group is due at `dueAt`. */
  expect(name: string, dueAt: number): void {
    const group = this.#groups.get(name)
    if (group === undefined) this.#groups.set(name, { name, dueAt, inFlight: 0 })
    else if (dueAt < group.dueAt) group.dueAt = dueAt
  }

  /** The next group with a message due and room for `room` more of its share; it then goes to the end of the line. */
  next(
    nowMs: number,
    share = this.share(nowMs),
  ): { readonly name: string; readonly room: number } | undefined {
    for (const group of this.#groups.values()) {
      if (group.dueAt > nowMs || group.inFlight >= share) continue
      this.#groups.delete(group.name)
      this.#groups.set(group.name, group)
      return { name: group.name, room: share - group.inFlight }
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

  /** When the next message of a group that has not all of its share in flight is due; Infinity when there is none. */
  nextDueAt(nowMs = 0): number {
    const share = this.share(nowMs)
    let earliest = Number.POSITIVE_INFINITY
    for (const { dueAt, inFlight } of this.#groups.values()) {
      if (inFlight < share && dueAt < earliest) earliest = dueAt
    }
    return earliest
  }

  #forgetIfIdle(group: Group): void {
    if (group.inFlight <= 0 && group.dueAt === Number.POSITIVE_INFINITY) this.#groups.delete(group.name)
  }
}
