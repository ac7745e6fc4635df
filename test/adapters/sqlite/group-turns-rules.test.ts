import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GroupTurns } from '../../../functions/adapters/sqlite/group-turns.ts'

const never = Number.POSITIVE_INFINITY

type Step =
  | {
      readonly kind: 'send' | 'answer' | 'finish' | 'retry'
      readonly group: string
      readonly delayMs: number
    }
  | { readonly kind: 'receive'; readonly room: number }
  | { readonly kind: 'wait'; readonly delayMs: number }

const maxInFlight = 3
const names = ['a', 'b', 'c', 'd']
const delayMs = fc.constantFrom(0, 0, 1, 10, 100)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('send'), group: fc.constantFrom(...names), delayMs }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('receive'), room: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('answer', 'finish', 'retry'),
      group: fc.constantFrom(...names),
      delayMs,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), delayMs }) },
)

/** The messages that GroupTurns speaks of, kept as a queue would keep them, and what must hold of every turn. */
class Model {
  readonly turns = new GroupTurns({ perGroup: maxInFlight, overall: 1_000_000 })
  nowMs = 0
  sent = 0
  done = 0
  readonly #waiting = new Map<string, number[]>(names.map((name) => [name, []]))
  readonly #inFlight = new Map<string, number>(names.map((name) => [name, 0]))
  readonly #answered = new Map<string, number>(names.map((name) => [name, 0]))
  /** Whom others were served before, since when each group could have been. */
  readonly #overtakenBy = new Map<string, Set<string>>()

  run(step: Step): void {
    if (step.kind === 'wait') this.nowMs += step.delayMs
    else if (step.kind === 'receive') this.#receive(step.room)
    else if (step.kind === 'send') {
      this.sent += 1
      this.#put(step.group, this.nowMs + step.delayMs)
    } else if (step.kind === 'answer') this.#answer(step.group)
    else if (this.flying(step.group) > 0) {
      if (step.kind === 'retry') this.#put(step.group, this.nowMs + step.delayMs)
      else this.done += 1
      this.#inFlight.set(step.group, this.flying(step.group) - 1)
      const answered = Math.min(1, this.answered(step.group))
      this.#answered.set(step.group, this.answered(step.group) - answered)
      this.turns.finished(step.group, 1, answered)
    }
    expect(this.turns.nextDueAt()).toBe(this.#earliest())
  }

  flying(name: string): number {
    return this.#inFlight.get(name) ?? 0
  }

  answered(name: string): number {
    return this.#answered.get(name) ?? 0
  }

  #answer(name: string): void {
    if (this.answered(name) === this.flying(name)) return
    this.#answered.set(name, this.answered(name) + 1)
    this.turns.answered(name)
  }

  /** How many places are free. An answered message takes up a quarter of one. */
  #free(name: string): number {
    return maxInFlight - this.flying(name) + (3 / 4) * this.answered(name)
  }

  #put(name: string, dueAt: number): void {
    this.#dueOf(name).push(dueAt)
    this.turns.expect(name, dueAt)
  }

  #dueOf(name: string): number[] {
    return this.#waiting.get(name) ?? []
  }

  #earliest(): number {
    const open = names.filter((name) => this.#free(name) > 0)
    return Math.min(never, ...open.flatMap((name) => this.#dueOf(name)))
  }

  #receive(limit: number): void {
    for (let room = limit; room > 0; ) {
      const couldBeServed = names.filter(
        (name) => this.#free(name) > 0 && this.#dueOf(name).some((dueAt) => dueAt <= this.nowMs),
      )
      const turn = this.turns.next(this.nowMs)
      expect(couldBeServed.length === 0).toBe(turn === undefined)
      if (turn === undefined) return
      expect(couldBeServed).toContain(turn.name)
      expect(turn.room).toBe(Math.ceil(this.#free(turn.name)))
      this.#noteOvertaking(turn.name, couldBeServed)
      room -= this.#take(turn.name, Math.min(room, turn.room))
    }
  }

  #take(name: string, limit: number): number {
    const due = this.#dueOf(name).toSorted((a, b) => a - b)
    const count = Math.min(limit, due.filter((dueAt) => dueAt <= this.nowMs).length)
    this.#waiting.set(name, due.slice(count))
    this.#inFlight.set(name, this.flying(name) + count)
    expect(this.flying(name) - this.answered(name)).toBeLessThanOrEqual(maxInFlight)
    expect(this.flying(name)).toBeLessThanOrEqual(4 * maxInFlight)
    this.turns.took(name, count, due[count] ?? never)
    return count
  }

  #noteOvertaking(served: string, couldBeServed: readonly string[]): void {
    for (const name of names) {
      const others = this.#overtakenBy.get(name) ?? new Set()
      if (name === served || !couldBeServed.includes(name)) this.#overtakenBy.delete(name)
      else {
        expect(others).not.toContain(served)
        this.#overtakenBy.set(name, others.add(served))
      }
    }
  }
}

describe('GroupTurns in any order of events', () => {
  it('keeps each group within its limit, serves each that is due within one round, and forgets no message', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        const model = new Model()
        for (const step of steps) model.run(step)
        model.run({ kind: 'wait', delayMs: 1_000 })
        for (let round = 0; round < 100 && model.done < model.sent; round++) {
          model.run({ kind: 'receive', room: 12 })
          for (const group of names)
            while (model.flying(group) > 0) model.run({ kind: 'finish', group, delayMs: 0 })
        }
        expect(model.done).toBe(model.sent)
        expect(model.turns.nextDueAt()).toBe(never)
      }),
    )
  })
})
