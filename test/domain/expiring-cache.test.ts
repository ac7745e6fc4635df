import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExpiringCache } from '../../functions/domain/expiring-cache.ts'

function aCache({ maxAgeMs = 1_000, maxEntries = 3 } = {}) {
  const clock = { nowMs: 0 }
  return { clock, cache: new ExpiringCache<number>({ maxAgeMs, maxEntries }, () => clock.nowMs) }
}

describe('ExpiringCache', () => {
  it('gives back what was set, and undefined for what was not', () => {
    const { cache } = aCache()
    cache.set('a', 1)
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined])
  })

  it('forgets a value when its time is over', () => {
    const { cache, clock } = aCache({ maxAgeMs: 1_000 })
    cache.set('a', 1)
    clock.nowMs = 999
    expect(cache.get('a')).toBe(1)
    clock.nowMs = 1_000
    expect(cache.get('a')).toBeUndefined()
  })

  it.each<[string, (cache: ExpiringCache<number>) => void]>([
    ['another value is asked for', (cache) => cache.get('another')],
    ['it is told to', (cache) => cache.dropExpired()],
  ])('lets go of what is too old, and of nothing else, when %s', (_, touch) => {
    const { cache, clock } = aCache({ maxAgeMs: 1_000 })
    cache.set('a', 1)
    clock.nowMs = 1
    cache.set('b', 2)
    clock.nowMs = 1_000
    touch(cache)
    expect(cache.size).toBe(1)
    expect(cache.get('b')).toBe(2)
  })

  it('counts the time of a value from when it was last set, not from when it was read', () => {
    const { cache, clock } = aCache({ maxAgeMs: 1_000 })
    cache.set('read', 1)
    cache.set('set', 1)
    clock.nowMs = 600
    cache.get('read')
    cache.set('set', 2)
    clock.nowMs = 1_200
    expect([cache.get('read'), cache.get('set')]).toEqual([undefined, 2])
  })

  it('gives up the value that was set first when it is full', () => {
    const { cache } = aCache({ maxEntries: 2 })
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, 1, 1])
  })

  it('gives up nothing when a known value is set again', () => {
    const { cache } = aCache({ maxEntries: 2 })
    for (const key of ['a', 'b', 'a']) cache.set(key, 1)
    expect(['a', 'b'].map((key) => cache.get(key))).toEqual([1, 1])
    cache.set('c', 1)
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 1])
  })

  it('never gives a value other than the last one set, one too old, or more than fit', () => {
    const keys = ['a', 'b', 'c', 'd', 'e']
    const anySteps = fc.array(
      fc.record({ key: fc.constantFrom(...keys), value: fc.nat(), waitMs: fc.nat(600) }),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { cache, clock } = aCache({ maxAgeMs: 1_000, maxEntries: 3 })
        const set = new Map<string, { value: number; at: number }>()
        for (const { key, value, waitMs } of steps) {
          cache.set(key, value)
          set.delete(key)
          set.set(key, { value, at: clock.nowMs })
          clock.nowMs += waitMs
          const newest = [...set].slice(-3).filter(([, { at }]) => clock.nowMs - at < 1_000)
          const found = keys.flatMap((known) => cache.get(known) ?? [])
          expect(found.toSorted()).toEqual(newest.map(([, entry]) => entry.value).toSorted())
        }
      }),
    )
  })
})
