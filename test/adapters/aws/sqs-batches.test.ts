import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesOf } from '../../../functions/adapters/aws/sqs-batches.ts'

const entry = (bytes: number, nth = 0) => ({ id: `m${nth}`, bytes, message: { MessageBody: '' } })
const sizes = (...bytes: number[]) =>
  batchesOf(bytes.map(entry)).map((batch) => batch.map((packed) => packed.bytes))
const mebibyte = 1_048_576

describe('batchesOf', () => {
  it('packs ten messages at most', () => {
    expect(batchesOf(Array.from({ length: 23 }, () => entry(1))).map(({ length }) => length)).toEqual([
      10, 10, 3,
    ])
  })

  it('begins another batch where one would grow past what a request may hold', () => {
    expect(sizes(500_000, 500_000, 500_000, 10)).toEqual([
      [500_000, 500_000],
      [500_000, 10],
    ])
    expect(sizes(mebibyte - 1, 1)).toEqual([[mebibyte - 1], [1]])
  })

  it('has no batch when there is no message', () => {
    expect(batchesOf([])).toEqual([])
  })

  it('keeps all messages in their order, within the limits, in batches that cannot be joined', () => {
    const bytes = fc.oneof(fc.nat(400), fc.nat(600_000), fc.constant(mebibyte))
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 60 }), (all) => {
        const entries = all.map(entry)
        const batches = batchesOf(entries)
        expect(batches.flat()).toEqual(entries)
        const total = (batch: readonly { bytes: number }[]) =>
          batch.reduce((sum, packed) => sum + packed.bytes, 0)
        for (const [index, batch] of batches.entries()) {
          expect(batch.length).toBeGreaterThan(0)
          expect(batch.length).toBeLessThanOrEqual(10)
          if (batch.length > 1) expect(total(batch)).toBeLessThanOrEqual(mebibyte)
          const next = batches[index + 1]?.[0]
          if (next !== undefined && batch.length < 10)
            expect(total(batch) + next.bytes).toBeGreaterThan(1_000_000)
        }
      }),
    )
  })
})
