import { AsyncLocalStorage } from 'node:async_hooks'

/** The functions as they are deployed, and what Lambda does around them. */
export type FunctionName = 'ingest' | 'fanOut' | 'deliver' | 'sweep' | 'admin'

/** One thing that a function asks of the world outside: a table, a queue, the key, a receiver. */
export interface OutsideCall {
  readonly function: FunctionName
  /** `PutItem`, or the port and its method: `deliveries.record`. */
  readonly name: string
  /** Counted within the invocation, from 1. */
  readonly nth: number
}

/**
 * What becomes of a call. `before`: the process dies before it is made; `after`: it is made, and the process dies before
 * the answer; an error: that is the answer.
 */
export type Fate = 'pass' | 'before' | 'after' | Error

/** The process was killed; whoever catches this can do nothing about it, as every later call ends the same way. */
export class Killed extends Error {
  override name = 'Killed'
}

interface Invocation {
  readonly function: FunctionName
  /** Calls under way. */
  readonly pending: Set<Promise<unknown>>
  calls: number
  isDead: boolean
}

/** Stands between the functions and the world outside, and decides what becomes of each call. */
export class FaultInjector {
  readonly #running = new AsyncLocalStorage<Invocation>()
  /** Kill points that were hit, as `function nth before|after name`. */
  readonly killed: string[] = []
  /** The fault of the test; none until it sets one. */
  decide: (call: OutsideCall) => Fate = () => 'pass'
  /** Whether a queue refuses a message out of a batch of which it takes others. */
  refuses: () => boolean = () => false
  /** How far the clock of a function is off, in milliseconds. */
  skewMs: (name: FunctionName) => number = () => 0

  /** How far the clock of the function that asks is off. */
  get skew(): number {
    const invocation = this.#running.getStore()
    return invocation === undefined ? 0 : this.skewMs(invocation.function)
  }

  /**
   * Runs one invocation, unless its fate as a call named `invoke` is another: then Lambda has no room for it. Rejects with
   * Killed when the process died in it, whatever the function made of that.
   */
  async invoke<Result>(name: FunctionName, work: () => Promise<Result>): Promise<Result> {
    if (this.decide({ function: name, name: 'invoke', nth: 0 }) !== 'pass') throw new Killed(name)
    const invocation: Invocation = { function: name, pending: new Set(), calls: 0, isDead: false }
    const outcome = await this.#running.run(invocation, () =>
      work().then(
        (result) => () => result,
        (error: unknown) => () => {
          throw error
        },
      ),
    )
    // What was under way when it died reaches the other side all the same, and before anything comes again.
    while (invocation.pending.size > 0) await Promise.allSettled([...invocation.pending])
    if (invocation.isDead) throw new Killed(name)
    return outcome()
  }

  /** After a function is done and before its messages are deleted: throws Killed if the process dies there. */
  acknowledge(name: FunctionName): void {
    if (this.decide({ function: name, name: 'acknowledge', nth: 0 }) === 'pass') return
    this.killed.push(`${name} 0 before acknowledge`)
    throw new Killed(name)
  }

  /** Makes a call unless its fate is another. Calls outside of invocations, those of tests, are just made. */
  async call<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const invocation = this.#running.getStore()
    if (invocation === undefined) return work()
    if (invocation.isDead) throw new Killed(name)
    invocation.calls += 1
    const nth = invocation.calls
    const fate = this.decide({ function: invocation.function, name, nth })
    if (fate instanceof Error) throw fate
    if (fate !== 'before') {
      const made = work()
      invocation.pending.add(made)
      const result = await made.finally(() => invocation.pending.delete(made))
      if (fate === 'pass') return result
    }
    invocation.isDead = true
    this.killed.push(`${invocation.function} ${nth} ${fate} ${name}`)
    throw new Killed(name)
  }

  /** A port whose every method is a call. */
  port<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) =>
          this.call(`${name}.${String(property)}`, async () => Reflect.apply(member, target, args))
      },
    })
  }
}
