import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasLoneSurrogate } from '../../functions/api/lone-surrogate.ts'

describe('hasLoneSurrogate', () => {
  it.each([
    '"\\ud800"',
    '"a\\uDFFFb"',
    '"\\ud83d\\ud83d\\ude00"',
    '{"\\udc00": 1}',
    '"\\\\\\ud800"',
    '"\\ud800\\n"',
  ])('finds the half in %s', (json) => {
    expect(hasLoneSurrogate(json)).toBe(true)
  })

  it.each([
    '"\\ud83d\\ude00"',
    '"\\uD83D\\uDE00\\u00e9"',
    '"\\\\ud800"',
    '"😀"',
    '"\\u0000\\ud7ff\\ue000"',
    '7',
  ])('finds none in %s', (json) => {
    expect(hasLoneSurrogate(json)).toBe(false)
  })

  it('agrees with JavaScript on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\udc00'), (text, half) => {
        const whole = text + half
        expect(hasLoneSurrogate(JSON.stringify(whole))).toBe(!whole.isWellFormed())
      }),
    )
  })
})
