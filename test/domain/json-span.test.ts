import fc, { type Arbitrary } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elementSpans, memberSpan } from '../../functions/domain/json-span.ts'

const bytes = (text: string) => Buffer.from(text)
const slices = (text: string) =>
  elementSpans(bytes(text)).map(({ start, end }) => bytes(text).subarray(start, end).toString())

function member(text: string, name: string): string | undefined {
  const span = memberSpan(bytes(text), name)
  return span && bytes(text).subarray(span.start, span.end).toString()
}

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 })

// A string's characters as they are, or in the short or the long form of an escape.
const escapes = [
  '\\"',
  '\\\\',
  '\\/',
  '\\b',
  '\\n',
  '\\u003c',
  '\\u0022',
  '\\u005C',
  '\\ud83d\\ude00',
  '\\ud800',
]
const character = fc.oneof(
  fc.constantFrom(...escapes, '{', '}', '[', ']', ',', ':', ' ', '/', 'é', '😀', '\u2028'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).map((one) => JSON.stringify(one).slice(1, -1)),
)
const stringText = fc.array(character, { maxLength: 6 }).map((characters) => `"${characters.join('')}"`)
const keyText = fc.oneof(fc.constantFrom('"payload"', '"p\\u0061yload"', '"__proto__"', '""'), stringText)
const scalarText = fc.oneof(
  stringText,
  fc.constantFrom('null', 'true', 'false', '0', '-0', '-1.5e-7', '1E+300'),
  fc.integer().map(String),
)

const listText = (items: readonly string[], gap: string) =>
  items.length === 0 ? `[${gap}]` : `[${items.map((item) => `${gap}${item}${gap}`).join(',')}]`
const objectText = (members: readonly (readonly [string, string])[], gap: string) =>
  members.length === 0
    ? `{${gap}}`
    : `{${members.map(([key, item]) => `${gap}${key}${gap}:${gap}${item}${gap}`).join(',')}}`

const { valueText } = fc.letrec<{ valueText: string }>((tie) => ({
  valueText: fc.oneof(
    { maxDepth: 4 },
    scalarText,
    fc.tuple(fc.array(tie('valueText'), { maxLength: 4 }), space).map(([items, gap]) => listText(items, gap)),
    fc
      .tuple(fc.array(fc.tuple(keyText, tie('valueText')), { maxLength: 4 }), space)
      .map(([members, gap]) => objectText(members, gap)),
  ),
}))
const anyItems: Arbitrary<string[]> = fc.array(valueText, { maxLength: 5 })
const anyMembers = fc.array(fc.tuple(keyText, valueText), { maxLength: 5 })

describe('elementSpans', () => {
  it('cuts the elements out of any array as they were written', () => {
    fc.assert(
      fc.property(anyItems, space, space, (items, gap, margin) => {
        const text = `${margin}${listText(items, gap)}${margin}`
        expect(slices(text)).toEqual(items)
        expect(slices(text).map((item) => JSON.parse(item))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('finds an array that stands elsewhere in the text', () => {
    const text = '{"a":[1],"b": [ 2 , "]" ]}'
    const spans = elementSpans(bytes(text), text.indexOf(' ['))
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['2', '"]"'])
  })

  it.each([
    ['[]', []],
    ['[ ]', []],
    ['[[]]', ['[]']],
    ['[{}, {} ]', ['{}', '{}']],
    ['["a\\"]","\\\\"]', ['"a\\"]"', '"\\\\"']],
    ['[1,2\t,\r\n3]', ['1', '2', '3']],
  ])('cuts %s', (text, expected) => {
    expect(slices(text)).toEqual(expected)
  })

  it('counts in bytes, not in characters', () => {
    expect(elementSpans(bytes('["é😀",1]'))).toEqual([
      { start: 1, end: 9 },
      { start: 10, end: 11 },
    ])
  })
})

describe('memberSpan', () => {
  it('cuts any member out of any object as it was written, the last of those with one name', () => {
    fc.assert(
      fc.property(anyMembers, space, space, (members, gap, margin) => {
        const text = `${margin}${objectText(members, gap)}${margin}`
        const last = new Map(members.map(([key, item]) => [String(JSON.parse(key)), item]))
        const parsed = new Map<string, unknown>(Object.entries(JSON.parse(text)))
        expect(new Set(last.keys())).toEqual(new Set(parsed.keys()))
        for (const [name, item] of last) {
          expect(member(text, name)).toBe(item)
          expect(JSON.parse(item)).toEqual(parsed.get(name))
        }
      }),
    )
  })

  it('finds a member of an object within an array', () => {
    const text = '[{"a":1}, {"b":{"a":2},"a": [3] }]'
    const span = memberSpan(bytes(text), 'a', text.indexOf('{"b"'))
    expect(span && text.slice(span.start, span.end)).toBe('[3]')
  })

  it.each([
    ['{"a":1}', '1'],
    ['{"a":1,"a":2}', '2'],
    ['{"a":1,"\\u0061":"x"}', '"x"'],
    ['{"b":{"a":1},"c":"\\"a\\":2"}', undefined],
    ['{"b":"a"}', undefined],
    ['{"A":1}', undefined],
    ['{ }', undefined],
    ['{"a":"\\u003cb\\u003e"}', '"\\u003cb\\u003e"'],
    ['{"a" : {"x":[ ]\n} }', '{"x":[ ]\n}'],
    ['{"a":"}","b":1}', '"}"'],
  ])('finds "a" in %s', (text, expected) => {
    expect(member(text, 'a')).toBe(expected)
  })

  it('reads only its own part of a larger buffer', () => {
    const part = bytes('xxxx{"a":"b"}xxxx').subarray(4, -4)
    expect(memberSpan(part, 'a')).toEqual({ start: 5, end: 8 })
  })

  it('follows nesting of any depth', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    expect(member(`{"a":${deep}}`, 'a')).toBe(deep)
  })
})
