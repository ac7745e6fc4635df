import { Heap } from './heap.ts'

const never = Number.POSITIVE_INFINITY
/** What an answered message still takes up of its place: what waits for the disk must not be without bound either. */
const answeredLoad = 1 / 4

/** A group that has messages waiting or in flight. */
interface Group {
  readonly name: string
  /** When the earliest that waits is due. */
  dueAt: number
  /** How many places its messages in flight take up. */
  load: number
  /** Who was served longest ago has the smallest. */
  turn: number
  /** `due`: now; `full`: not before one that is in flight is finished; `idle`: none waits. */
  place: 'due' | 'later' | 'full' | 'idle'
  isActive: boolean
  /** Under which load it stands in `#full`. */
  fullWith: number
  /** Whether it stands in the line of those that are due, be it in vain. */
  isInLine: boolean
  /** When it is looked at again: its place in the order of those that are due later, be it in vain. */
  lookAt: number
}

/**
 * Whose turn it is: groups with a message due are served in turn, each with a bounded share of all that may be under
 * way, so that those that are slow or have many wait by themselves, and there is always room for the others. What a
 * turn costs hardly grows with the number of groups: none of this goes through all of them.
 */
export class GroupTurns {
  readonly #groups = new Map<string, Group>()
  readonly #most: { readonly perGroup: number; readonly overall: number }
  readonly #line = new Heap<Group>()
  readonly #later = new Heap<Group>()
  readonly #full = new Map<number, Set<Group>>()
  #nowMs = Number.NEGATIVE_INFINITY
  #turns = 0
  #active = 0
  #inFlight = 0
  #lastShare = never

  /** @param most places of one group, and messages in flight of all together. */
  constructor(most: { readonly perGroup: number; readonly overall: number }) {
    this.#most = most
  }

  /**
   * How many places a group may have taken now: the fewer, the more groups have any due or in flight. All shares
   * together are a quarter of what there is, since groups that hang keep for a while what they took when they were few.
   */
  share(nowMs: number): number {
    this.#advance(nowMs)
    const fair = Math.floor(this.#most.overall / (4 * Math.max(this.#active, 1)))
    return Math.max(1, Math.min(this.#most.perGroup, fair))
  }

  /** A message of the group is due at `dueAt`. */
  expect(name: string, dueAt: number): void {
    const group = this.#groupOf(name)
    if (dueAt >= group.dueAt) return
    group.dueAt = dueAt
    this.#put(group)
  }

  /** Whether a message that comes now may be handed out at once: none of its group is due before it, and there is room. */
  mayPass(name: string, nowMs: number): boolean {
    const share = this.share(nowMs)
    const group = this.#groups.get(name)
    if (this.#inFlight >= this.#most.overall) return false
    return group === undefined || (group.dueAt > nowMs && group.load < share)
  }

  /** The next group with a message due and room for `room` more of its share; it then goes to the end of the line. */
  next(
    nowMs: number,
    share = this.share(nowMs),
  ): { readonly name: string; readonly room: number } | undefined {
    this.#advance(nowMs)
    this.#letIn(share)
    const group = this.#firstInLine(share)
    if (group === undefined) return undefined
    this.#line.removeFirst()
    group.turn = ++this.#turns
    this.#line.add(group.turn, group)
    return { name: group.name, room: Math.ceil(share - group.load) }
  }

  /** `count` messages of the group were handed out; its next one is due at `nextDueAt` (Infinity: it has no more). */
  took(name: string, count: number, nextDueAt: number): void {
    const group = this.#groups.get(name)
    if (group === undefined) return
    group.dueAt = nextDueAt
    this.#inFlight += count
    this.#count(group, count)
  }

  /** `count` messages of the group are in flight that were not waiting, or not as far as is known here. */
  hold(name: string, count: number): void {
    this.#inFlight += count
    this.#count(this.#groupOf(name), count)
  }

  /** A message of the group waits for nothing but our own store any more: it gives most of its place to the next. */
  answered(name: string): void {
    const group = this.#groups.get(name)
    if (group !== undefined) this.#count(group, answeredLoad - 1)
  }

  /** `count` messages of the group are no longer in flight, of which `answered` were said to be. */
  finished(name: string, count: number, answered = 0): void {
    const group = this.#groups.get(name)
    if (group === undefined) return
    this.#inFlight -= count
    this.#count(group, answered * (1 - answeredLoad) - count)
  }

  /**
   * When the next message of a group that has not all of its share in flight is due, or some time up to now when one
   * is due already; Infinity when there is none.
   */
  nextDueAt(nowMs = 0): number {
    const share = this.share(nowMs)
    this.#letIn(share)
    return (this.#firstInLine(share) ?? this.#firstLater(share))?.dueAt ?? never
  }

  #groupOf(name: string): Group {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const turn = ++this.#turns
    const made = {
      dueAt: never,
      load: 0,
      place: 'idle',
      isActive: false,
      fullWith: 0,
      isInLine: false,
    } as const
    const group: Group = { name, turn, lookAt: never, ...made }
    this.#groups.set(name, group)
    return group
  }

  #count(group: Group, more: number): void {
    this.#leaveFull(group)
    group.load += more
    this.#put(group)
    if (group.load <= 0 && group.dueAt === never) this.#groups.delete(group.name)
  }

  /** Puts a group where its next message has it wait; whether it has its share is seen when its turn comes. */
  #put(group: Group): void {
    if (group.place === 'full') return
    if (group.dueAt <= this.#nowMs) {
      group.place = 'due'
      if (!group.isInLine) this.#line.add(group.turn, group)
      group.isInLine = true
    } else if (group.dueAt < never) {
      group.place = 'later'
      if (group.dueAt < group.lookAt) {
        this.#later.add(group.dueAt, group)
        group.lookAt = group.dueAt
      }
    } else group.place = 'idle'
    this.#noteActivity(group)
  }

  #noteActivity(group: Group): void {
    const isActive = group.load > 0 || group.place === 'due'
    if (isActive !== group.isActive) this.#active += isActive ? 1 : -1
    group.isActive = isActive
  }

  /** The first of those that are due and have room; those before it that have none are set aside. */
  #firstInLine(share: number): Group | undefined {
    for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
      const group = first.item
      if (group.place === 'due' && group.load < share) return group
      this.#line.removeFirst()
      group.isInLine = false
      if (group.place === 'due') this.#setAside(group)
    }
    return undefined
  }

  /** As `#firstInLine`, of those that are due later. */
  #firstLater(share: number): Group | undefined {
    for (let first = this.#later.first; first !== undefined; first = this.#later.first) {
      const { key, item: group } = first
      const isMeant = group.place === 'later' && group.lookAt === key
      if (isMeant && group.dueAt === key && group.load < share) return group
      this.#later.removeFirst()
      if (group.lookAt === key) group.lookAt = never
      if (isMeant && group.load >= share) this.#setAside(group)
      else if (isMeant) this.#put(group)
    }
    return undefined
  }

  #setAside(group: Group): void {
    group.place = 'full'
    group.fullWith = group.load
    const alike = this.#full.get(group.load)
    if (alike === undefined) this.#full.set(group.load, new Set([group]))
    else alike.add(group)
    this.#noteActivity(group)
  }

  #leaveFull(group: Group): void {
    if (group.place !== 'full') return
    this.#full.get(group.fullWith)?.delete(group)
    group.place = 'idle'
  }

  /** Takes back those that were set aside and have room, now that shares have grown. */
  #letIn(share: number): void {
    if (share > this.#lastShare) {
      for (const [load, alike] of this.#full) {
        if (load >= share) continue
        this.#full.delete(load)
        for (const group of alike) {
          group.place = 'idle'
          this.#put(group)
        }
      }
    }
    this.#lastShare = share
  }

  /** Moves those whose time has come into the line. */
  #advance(nowMs: number): void {
    if (nowMs < this.#nowMs) this.#turnBack(nowMs)
    this.#nowMs = nowMs
    for (
      let first = this.#later.first;
      first !== undefined && first.key <= nowMs;
      first = this.#later.first
    ) {
      const { key, item: group } = first
      this.#later.removeFirst()
      if (group.lookAt !== key) continue
      group.lookAt = never
      if (group.place === 'later') this.#put(group)
    }
  }

  /** The clock was set back: what was due may be due later. */
  #turnBack(nowMs: number): void {
    this.#nowMs = nowMs
    for (const group of this.#groups.values()) if (group.place === 'due') this.#put(group)
  }
}
