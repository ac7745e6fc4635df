import { describe, expect, it } from 'vitest'
import type { ApiReply } from '../support/api-client.ts'
import { differences } from '../support/openapi-check.ts'

const token = {
  id: 'tok_01kaqc3h5n8r2c4x',
  name: 'ci',
  scopes: ['read'],
  created_at: '2026-11-23T14:20:00.000Z',
  expires_at: null,
}
const get = { method: 'GET', path: '/tokens?limit=1', body: undefined }

function answer(status: number, body: unknown, headers: Record<string, string> = {}): ApiReply {
  const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json'
  return { status, body, headers: new Headers({ 'content-type': type, ...headers }) }
}

const page = (...data: unknown[]) => ({ data, next_cursor: null })
const problem = { type: 'about:blank', status: 401, code: 'a', title: 'b', detail: 'c' }

describe('the check of answers against the document', () => {
  it('finds nothing in an answer that fits', () => {
    expect(differences(get, answer(200, page(token)))).toEqual([])
    expect(differences(get, answer(401, problem, { 'www-authenticate': 'Bearer' }))).toEqual([])
  })

  it.each<[string, ApiReply]>([
    ['a field that the document does not name', answer(200, page({ ...token, hash: 'ab' }))],
    ['a field that is missing', answer(200, page({ ...token, name: undefined }))],
    ['a value of another type', answer(200, page({ ...token, expires_at: 7 }))],
    ['a time that is none', answer(200, page({ ...token, created_at: 'today' }))],
    ['a status that is not described', answer(201, page(token))],
    ['a header that is missing', answer(401, problem)],
    ['a header that is not described', answer(200, page(token), { etag: '"1"' })],
    ['another media type', answer(200, page(token), { 'content-type': 'text/html' })],
    ['no body', answer(200, undefined)],
  ])('finds %s', (_what, reply) => {
    expect(differences(get, reply)).not.toEqual([])
  })

  it('finds a call that is not described, unless it is refused', () => {
    const request = { method: 'PUT', path: '/tokens', body: {} }
    expect(differences(request, answer(200, page(token)))).not.toEqual([])
    expect(differences(request, answer(405, { ...problem, status: 405 }))).toEqual([])
  })

  it('finds a body missing that must be there, and lets one be left out that may', () => {
    const created = answer(201, { ...token, token: 'sgwh_a' })
    expect(differences({ method: 'POST', path: '/tokens', body: undefined }, created)).not.toEqual([])
    const request = { method: 'POST', path: '/webhooks/whk_1/test', body: undefined }
    expect(differences(request, answer(202, { id: 'dlv_1' }))).toEqual([])
  })

  it('finds a request that was accepted though the document forbids it', () => {
    const request = { method: 'POST', path: '/tokens', body: { name: 'ci', scopes: [] } }
    expect(differences(request, answer(201, { ...token, token: 'sgwh_a' }))).not.toEqual([])
  })
})
