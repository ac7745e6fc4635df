import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { inTurns } from '../../functions/use-cases/in-turns.ts'

describe('inTurns', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const turns = { limit: 2, patienceMs: 250 }
  /** Tasks that end when they are told to. */
  const tasks = (count: number) => Array.from({ length: count }, () => Promise.withResolvers<void>())
  const begin = (all: ReturnType<typeof tasks>) => {
    const begun: number[] = []
    const done = inTurns([...all.keys()], turns, async (nth) => {
      begun.push(nth)
      await all[nth]?.promise
    })
    return { begun, done }
  }

  it('begins as many as may at once, and another when one has ended', async () => {
    const all = tasks(4)
    const { begun, done } = begin(all)
    expect(begun).toEqual([0, 1])
    all[1]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(begun).toEqual([0, 1, 2])
    for (const task of all) task.resolve()
    await done
    expect(begun).toEqual([0, 1, 2, 3])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not wait longer than its patience for one that takes long', async () => {
    const all = tasks(6)
    const { begun, done } = begin(all)
    await vi.advanceTimersByTimeAsync(249)
    expect(begun).toEqual([0, 1])
    await vi.advanceTimersByTimeAsync(1)
    expect(begun).toEqual([0, 1, 2, 3])
    await vi.advanceTimersByTimeAsync(250)
    expect(begun).toEqual([0, 1, 2, 3, 4, 5])
    let isDone = false
    done.then(() => {
      isDone = true
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(isDone).toBe(false)
    for (const task of all) task.resolve()
    await done
  })

  it('begins all together where there are no more than may', async () => {
    const all = tasks(2)
    const { begun, done } = begin(all)
    expect(begun).toEqual([0, 1])
    expect(vi.getTimerCount()).toBe(0)
    for (const task of all) task.resolve()
    await done
  })

  it('gives the results in the order of the items, and rejects when a task does', async () => {
    const doubled = inTurns([1, 2, 3, 4, 5], turns, async (value) => 2 * value)
    expect(await doubled).toEqual([2, 4, 6, 8, 10])
    const failing = inTurns([1, 2, 3], turns, async (value) => {
      if (value === 3) throw new Error('Three.')
    })
    await expect(failing).rejects.toThrow('Three.')
  })
})
