import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Received, SqliteQueue } from '../../../functions/adapters/sqlite/sqlite-queue.ts'
import type { SqliteStore } from '../../../functions/adapters/sqlite/store.ts'
import { type ManualClock, perTest } from '../../contracts/harness.ts'
import { type Body, maxReceives } from '../../contracts/queue.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'

const maxInFlightPerGroup = 2

type Step =
  | { readonly kind: 'send'; readonly nth: number; readonly delayMs: number }
  | { readonly kind: 'receive'; readonly limit: number }
  | { readonly kind: 'answer' }
  | { readonly kind: 'finish'; readonly isDone: boolean; readonly retryMs: number }
  | { readonly kind: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), nth: fc.nat(11), delayMs: fc.constantFrom(0, 0, 1, 5) }),
  fc.record({ kind: fc.constant('receive' as const), limit: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('answer' as const) }),
  fc.record({ kind: fc.constant('finish' as const), isDone: fc.boolean(), retryMs: fc.constantFrom(0, 2) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4 }) }),
)

/** A queue under way: sees to it, at every step, that it keeps its rules. */
class Run {
  readonly #queue: SqliteQueue<Body>
  readonly #store: SqliteStore
  readonly #clock: ManualClock
  readonly #name: string
  readonly #inFlight = new Map<string, Received>()
  readonly #answered = new Set<string>()
  readonly #batches: (readonly Received[])[] = []

  constructor(store: SqliteStore, clock: ManualClock, name: string) {
    this.#store = store
    this.#clock = clock
    this.#name = name
    this.#queue = new SqliteQueue<Body>(store, { name, maxReceives, maxInFlightPerGroup })
  }

  /** Takes steps at once, and looks whether somebody who waits for `nextDueAt` would miss a message. */
  async take(steps: readonly Step[]): Promise<void> {
    await Promise.all(steps.map((one) => this.#take(one)))
    const waiting = this.#store.database
      .prepare(
        `select min(visible_at) due from messages m where queue = ? and in_flight = 0 and
         (select count(*) from messages f where f.queue = m.queue and f.group_id = m.group_id and f.in_flight = 1) < ?`,
      )
      .get(this.#name, maxInFlightPerGroup)?.due
    if (typeof waiting === 'number')
      expect(this.#queue.nextDueAt()).toBeLessThanOrEqual(Math.max(waiting, this.#clock.now()))
  }

  /** Takes what is left, and does it. */
  async drain(): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds++) {
      while (this.#batches.length > 0) await this.take([{ kind: 'finish', isDone: true, retryMs: 0 }])
      await this.take([{ kind: 'wait', ms: 10 }])
      await this.take([{ kind: 'receive', limit: 5 }])
    }
    expect((await this.#queue.depth()).waiting).toBe(0)
    expect(this.#queue.nextDueAt()).toBe(Number.POSITIVE_INFINITY)
  }

  async #take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'send': {
        const id = `m${one.nth}`
        const group = `g${one.nth % 3}`
        const notBefore = one.delayMs === 0 ? undefined : this.#clock.now() + one.delayMs
        await this.#queue.send([{ id, group, notBefore, body: { text: id } }])
        return
      }
      case 'receive': {
        const batches = await this.#queue.receive(one.limit)
        expect(batches.flat().length).toBeLessThanOrEqual(one.limit)
        for (const batch of batches) this.#handedOut(batch)
        return
      }
      case 'answer': {
        const message = [...this.#inFlight.values()].find(({ id }) => !this.#answered.has(id))
        if (message === undefined) return
        this.#answered.add(message.id)
        this.#queue.answered(message.group, message.id)
        return
      }
      case 'finish': {
        const batch = this.#batches.shift() ?? []
        for (const { id } of batch) {
          this.#inFlight.delete(id)
          this.#answered.delete(id)
        }
        await this.#queue.finish(batch, {
          isDone: () => one.isDone,
          retryAt: this.#clock.now() + one.retryMs,
        })
        return
      }
      case 'wait':
        return this.#clock.advance(one.ms)
    }
  }

  #handedOut(batch: readonly Received[]): void {
    expect(new Set(batch.map(({ group }) => group)).size).toBe(1)
    for (const message of batch) {
      expect(this.#inFlight.has(message.id)).toBe(false)
      expect(message.receiveCount).toBeLessThanOrEqual(maxReceives)
      this.#inFlight.set(message.id, message)
    }
    const ofGroup = [...this.#inFlight.values()].filter(({ group }) => group === batch[0]?.group)
    expect(ofGroup.length).toBeLessThanOrEqual(4 * maxInFlightPerGroup)
    const unanswered = ofGroup.filter(({ id }) => !this.#answered.has(id))
    expect(unanswered.length).toBeLessThanOrEqual(maxInFlightPerGroup)
    this.#batches.push(batch)
  }
}

describe('SqliteQueue', () => {
  const given = perTest(onSqlite(() => ({})))

  it('loses nothing, hands out nothing twice and misses no turn, whatever happens at once', async () => {
    const { store, clock } = given()
    let runs = 0
    const property = fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 30 }),
      async (script) => {
        const run = new Run(store, clock, `q${runs++}`)
        for (const steps of script) await run.take(steps)
        await run.drain()
      },
    )
    await fc.assert(property, { numRuns: 40 })
  })
})
