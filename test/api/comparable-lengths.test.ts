import { describe, expect, it } from 'vitest'
import { withComparableLengths } from '../../functions/api/comparable-lengths.ts'
import { MalformedBody } from '../../functions/domain/errors.ts'

describe('withComparableLengths', () => {
  it('leaves JSON without such lengths as it is', () => {
    const json = { length: 1, size: 'x', a: [{ length: null }, [7]], lengths: { toString: true } }
    expect(withComparableLengths(structuredClone(json))).toEqual(json)
    for (const value of [null, 7, 'text', true]) expect(withComparableLengths(value)).toBe(value)
  })

  it('puts 0 in the place of a length that is an object, however deep', () => {
    expect(withComparableLengths({ length: { toString: true }, a: [{ size: [] }] })).toEqual({
      length: 0,
      a: [{ size: 0 }],
    })
  })

  it('throws at a field named __proto__, at any level', () => {
    for (const json of ['{"__proto__": {}}', '{"a": [{"__proto__": 1}]}'])
      expect(() => withComparableLengths(JSON.parse(json))).toThrow(MalformedBody)
  })

  it('bears any depth', () => {
    const depth = 200_000
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(depth)}{"length":{}}${'}'.repeat(depth)}`)
    expect(withComparableLengths(deep)).toBe(deep)
  })
})
