import { describe, expect, it } from 'vitest'
import { PayloadCache } from '../../../functions/adapters/sqlite/payload-cache.ts'

const bytes = (length: number, fill = 1) => Buffer.alloc(length, fill)

describe('PayloadCache', () => {
  it('keeps the latest, up to its bytes', () => {
    const payloads = new PayloadCache(10_000)
    for (const id of ['a', 'b', 'c']) payloads.set(id, bytes(4_100))
    expect(['a', 'b', 'c'].map((id) => payloads.get(id)?.byteLength)).toEqual([undefined, 4_100, 4_100])
    payloads.set('d', bytes(10_001))
    expect(['b', 'c', 'd'].map((id) => payloads.get(id))).toEqual([undefined, undefined, undefined])
  })

  it('counts one that is set again once, and none that is forgotten', () => {
    const payloads = new PayloadCache(10_000)
    for (let times = 0; times < 5; times++) payloads.set('a', bytes(6_000))
    payloads.forget('a')
    payloads.forget('a')
    payloads.set('b', bytes(5_000))
    payloads.set('c', bytes(5_000))
    expect(['a', 'b', 'c'].map((id) => payloads.get(id)?.byteLength)).toEqual([undefined, 5_000, 5_000])
  })

  it('counts small ones as what they keep in memory', () => {
    const payloads = new PayloadCache(10_000)
    for (const id of ['a', 'b', 'c']) payloads.set(id, bytes(10))
    expect(['a', 'b', 'c'].map((id) => payloads.get(id)?.byteLength)).toEqual([undefined, 10, 10])
  })

  it('does not keep a large request in memory for a small payload', () => {
    const payloads = new PayloadCache(1_000_000)
    payloads.set('a', bytes(1_000_000, 7).subarray(10, 20))
    expect(payloads.get('a')).toHaveLength(10)
    expect(payloads.get('a')?.buffer.byteLength).toBeLessThan(16_384)
    expect([...(payloads.get('a') ?? [])]).toEqual(Array.from({ length: 10 }, () => 7))
  })
})
