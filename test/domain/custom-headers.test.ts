import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describe, expect, it } from 'vitest'
import { headerNameProblem, headerValueProblem } from '../../functions/domain/custom-headers.ts'

const notAName = 'is not a header name (RFC 9110 §5.1): use letters, digits and hyphens'
const connection = 'belongs to the connection, not to the message: it cannot be set'
const body = 'describes the body, which is sent as it was accepted: it cannot be set'
const ours = 'is set by this service on every request: choose another name'

const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))

describe('headerNameProblem', () => {
  it.each([
    'Authorization',
    'X-Api-Key',
    'x_y',
    'X-Webhook-Token',
    'Contents',
    "!#$%&'*+.^_`|~",
    'a'.repeat(100),
  ])('accepts %s', (name) => {
    expect(headerNameProblem(name)).toBeUndefined()
  })

  it.each([
    ['', notAName],
    ['a b', notAName],
    ['X-Key:', notAName],
    ['X-Ké', notAName],
    ['X\r\nHost', notAName],
    ['X-Key\n', notAName],
    ['(x)', notAName],
    ['a'.repeat(101), notAName],
    ['Host', connection],
    ['CONNECTION', connection],
    ['Keep-Alive', connection],
    ['Proxy-Authenticate', connection],
    ['Proxy-Authorization', connection],
    ['Proxy-Connection', connection],
    ['TE', connection],
    ['Trailer', connection],
    ['Transfer-Encoding', connection],
    ['Upgrade', connection],
    ['Expect', connection],
    ['Content-Length', body],
    ['content-type', body],
    ['Content-Anything', body],
    ['Webhook-Id', ours],
    ['webhook-signature', ours],
    ['X-Sourcegraph-Webhook-Signature', ours],
    ['x-sourcegraph-anything', ours],
  ])('refuses %j', (name, problem) => {
    expect(headerNameProblem(name)).toBe(problem)
  })

  it.each(['User-Agent', 'Accept-Encoding'])('refuses %s', (name) => {
    expect(headerNameProblem(name)).toBeDefined()
  })

  it('accepts no character of ASCII that Node would not send', () => {
    const names = characters.slice(0, 0x80).map((character) => `X${character}`)
    const accepted = names.filter((name) => headerNameProblem(name) === undefined)
    expect(accepted).toHaveLength(10 + 2 * 26 + 15)
    for (const name of accepted) validateHeaderName(name)
  })

  it('refuses a letter that is ASCII only in lower case', () => {
    expect(headerNameProblem('X-\u212aey')).toBe(notAName)
  })
})

describe('headerValueProblem', () => {
  it.each(['', 'x', 'Bearer a b', 'a\tb', '!~', 'x'.repeat(4_096)])('accepts %j', (value) => {
    expect(headerValueProblem(value)).toBeUndefined()
  })

  it.each([
    ['x'.repeat(4_097), 'is longer than 4,096 characters'],
    ['a\r\nHost: evil', 'has characters other than printable ASCII'],
    ['a\0', 'has characters other than printable ASCII'],
    ['a\x7f', 'has characters other than printable ASCII'],
    ['é', 'has characters other than printable ASCII'],
    [' a', 'begins or ends with white space, which receivers strip'],
    ['a\t', 'begins or ends with white space, which receivers strip'],
    [' ', 'begins or ends with white space, which receivers strip'],
  ])('refuses %j', (value, problem) => {
    expect(headerValueProblem(value)).toBe(problem)
  })

  it('accepts no character that Node would not send', () => {
    const values = characters.map((character) => `a${character}b`)
    const accepted = values.filter((value) => headerValueProblem(value) === undefined)
    expect(accepted).toHaveLength(1 + 95)
    for (const value of accepted) validateHeaderValue('x-test', value)
  })
})
