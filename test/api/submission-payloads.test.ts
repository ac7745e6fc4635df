import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSubmissions } from '../../functions/api/submissions.ts'
import { TooLarge } from '../../functions/domain/errors.ts'

const parse = (body: string) => parseSubmissions(Buffer.from(body), undefined).submissions
const payloadsOf = (body: string) => parse(body).map(({ payload }) => Buffer.from(payload).toString())

describe('the payload of a submission', () => {
  it.each([
    ['{"type":"a","payload":{"title":"\\u003cb\\u003e \\u0026"}}', '{"title":"\\u003cb\\u003e \\u0026"}'],
    ['{"type":"a","payload" :\n\t{ "b" : [ 1 ,2 ] }\r\n}', '{ "b" : [ 1 ,2 ] }'],
    ['{"payload":1.0e+2,"type":"a"}', '1.0e+2'],
    ['{"payload": null ,"type":"a"}', 'null'],
    ['{"payload":12345678901234567890,"type":"a"}', '12345678901234567890'],
    ['{"payload":{"a":1,"a":2},"type":"a"}', '{"a":1,"a":2}'],
    ['{"p\\u0061yload":"\\/","type":"a"}', '"\\/"'],
    ['{"payload":1,"type":"a","payload":2}', '2'],
    ['{"type":"a","payload":{"payload":"inner"}}', '{"payload":"inner"}'],
    ['{"type":"a","payload":"é😀"}', '"é😀"'],
    ['  {"type":"a","payload":1}\n', '1'],
  ])('of %s is cut out byte for byte', (body, payload) => {
    expect(payloadsOf(body)).toEqual([payload])
    expect(payloadsOf(`[ ${body} ,\n${body}]`)).toEqual([payload, payload])
  })

  it('of any event is cut out as it was written', () => {
    const anySpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\t'), maxLength: 3 })
    fc.assert(
      fc.property(fc.array(fc.json(), { minLength: 1, maxLength: 5 }), anySpace, (payloads, gap) => {
        const events = payloads.map((json) => `{${gap}"type":"a",${gap}"payload"${gap}:${gap}${json}${gap}}`)
        expect(payloadsOf(`[${events.join(`${gap},${gap}`)}]`)).toEqual(payloads)
      }),
    )
  })

  const ofBytes = (size: number) =>
    `{"type":"a","payload":"${'é'.repeat((size - 2) / 2)}${'x'.repeat(size % 2)}"}`

  it('may have 262,144 bytes', () => {
    expect(parse(ofBytes(262_144))[0]?.payload).toHaveLength(262_144)
  })

  it('may not have 262,145', () => {
    const words = 'The payload is larger than 256 KiB (262,144 bytes).'
    expect(() => parse(ofBytes(262_145))).toThrow(new TooLarge(words))
    const inArray = 'The payload of [1] is larger than 256 KiB (262,144 bytes).'
    expect(() => parse(`[${ofBytes(3)},${ofBytes(262_145)}]`)).toThrow(new TooLarge(inArray))
  })
})
