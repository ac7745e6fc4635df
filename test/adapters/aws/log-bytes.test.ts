import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packAttempt } from '../../../functions/adapters/aws/attempt-text.ts'
import { unpackAttempt } from '../../../functions/adapters/aws/packed-attempt.ts'
import { payloadAttributes, payloadIn } from '../../../functions/adapters/aws/payload-bytes.ts'
import type { Attempt } from '../../../functions/domain/delivery.ts'
import { anAttempt } from '../../support/builders.ts'

const text = fc.string({ unit: 'binary', maxLength: 200 })
const headers = fc.dictionary(
  fc.string({ maxLength: 20 }).filter((name) => name !== '__proto__'),
  text,
  { noNullPrototype: true },
)
const someAttempt: fc.Arbitrary<Attempt> = fc.record({
  number: fc.integer({ min: 1, max: 20 }),
  sentAt: fc.nat(),
  durationMs: fc.nat(),
  request: fc.record({ url: text, headers }),
  response: fc.option(
    fc.record({
      status: fc.integer({ min: 100, max: 999 }),
      headers,
      body: text,
      bodyEncoding: fc.constantFrom('utf8', 'base64'),
      truncated: fc.boolean(),
    }),
  ),
  error: fc.option(text),
})

describe('packAttempt', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(someAttempt, (attempt) => {
        expect(unpackAttempt(packAttempt(attempt))).toEqual(attempt)
      }),
    )
  })

  it('can be read by every later version', () => {
    const stored = 'AcMRR5amJibgLAcqU5Cjy9AIT4QlZ6LEFiQkkcKZouirJa7Yq8VM2yQnXAA='
    expect(unpackAttempt(Buffer.from(stored, 'base64'))).toEqual(anAttempt())
  })

  it('refuses what a newer version wrote', () => {
    const packed = packAttempt(anAttempt())
    expect(() => unpackAttempt(Buffer.from([9, ...packed.subarray(1)]))).toThrow('unknown form 9')
  })
})

describe('payloadAttributes', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (payload) => {
        expect(Buffer.compare(payloadIn(payloadAttributes(payload)) ?? Buffer.of(), payload)).toBe(0)
      }),
    )
  })

  it('deflates only where it saves a fifth', () => {
    const words = Buffer.from('a batch change was applied '.repeat(20))
    expect(payloadAttributes(words)).toMatchObject({ deflated: true })
    expect(payloadAttributes(words).payload.byteLength).toBeLessThan(60)
    const noise = randomBytes(500)
    expect(payloadAttributes(noise)).toEqual({ payload: noise })
  })

  it('has nothing of an item without a payload', () => {
    expect(payloadIn({ type: 'a:b' })).toBeUndefined()
  })
})
