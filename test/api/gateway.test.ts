import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyBytes, headerOf, jsonReply, parseJson } from '../../functions/api/gateway.ts'
import { MalformedBody } from '../../functions/domain/errors.ts'
import { aGatewayRequest } from '../support/builders.ts'

const base64Request = (bytes: Uint8Array) =>
  aGatewayRequest({ body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true })

describe('headerOf', () => {
  const request = aGatewayRequest({ headers: { 'Idempotency-Key': 'k', 'X-Empty': '', accept: undefined } })

  it.each([
    ['idempotency-key', 'k'],
    ['x-empty', ''],
    ['accept', undefined],
    ['idempotency', undefined],
    ['', undefined],
  ])('finds "%s" whatever its case', (name, value) => {
    expect(headerOf(request, name)).toBe(value)
  })

  it.each(['__proto__', 'constructor', 'tostring'])(
    'does not take "%s" of all objects for a header',
    (name) => {
      expect(headerOf(request, name)).toBeUndefined()
    },
  )
})

describe('bodyBytes', () => {
  it('is the text in UTF-8', () => {
    const text = '{"a":"é😀\\u003c"}'
    expect(bodyBytes(aGatewayRequest({ body: text }))).toEqual(Buffer.from(text))
  })

  it('is any bytes that came in base64', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bodyBytes(base64Request(bytes))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('does not decode text that only looks like base64', () => {
    expect(bodyBytes(aGatewayRequest({ body: 'e30=' })).toString()).toBe('e30=')
  })

  it('is empty when there is none', () => {
    expect(bodyBytes(aGatewayRequest({ body: null }))).toHaveLength(0)
  })
})

describe('parseJson', () => {
  it('reads any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseJson(Buffer.from(json))).toEqual(JSON.parse(json))
      }),
    )
  })

  it.each([
    ['', 'The body is empty: send JSON.'],
    ['{"a":1', /^The body is not JSON: .*position 6/],
    ['{"a":1}\n}', /^The body is not JSON: .*position 8/],
    ["{'a':1}", /^The body is not JSON: .*position 1/],
    ['[1,]', /^The body is not JSON: /],
    [' ', /^The body is not JSON: Unexpected end/],
    ['a=1&b=2', /^The body is not JSON: /],
    ['\ufeff{}', /^The body is not JSON: /],
  ])('refuses %j, and says where it ceases to be JSON', (text, words) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(MalformedBody)
    expect(() => parseJson(Buffer.from(text))).toThrow(words)
  })

  it.each([
    ['Latin-1', Buffer.from('"é"', 'latin1')],
    ['UTF-16', Buffer.from('"é"', 'utf16le')],
    ['half of a character', Buffer.from('"é').subarray(0, 2)],
    ['half of a surrogate pair', Buffer.from('22eda08022', 'hex')],
    ['an overlong form', Buffer.from('22c0af22', 'hex')],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseJson(bytes)).toThrow(MalformedBody)
  })

  it('says of bytes that are not UTF-8 that they are not', () => {
    const words = 'The body is not JSON: its bytes are not UTF-8.'
    expect(() => parseJson(bodyBytes(base64Request(Buffer.of(0x22, 0xff, 0x22))))).toThrow(words)
  })
})

describe('jsonReply', () => {
  it('is JSON that no cache keeps, with the headers given', () => {
    expect(jsonReply(201, { id: 'whk_1' }, { ETag: '"1"' })).toEqual({
      statusCode: 201,
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        ETag: '"1"',
      },
      body: '{"id":"whk_1"}',
    })
  })
})
