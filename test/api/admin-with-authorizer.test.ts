import middy from '@middy/core'
import { describe, expect, it } from 'vitest'
import { adminWithAuthorizer } from '../../functions/api/admin-with-authorizer.ts'
import { authorizeHandler } from '../../functions/api/authorize.ts'
import { callerOf } from '../../functions/api/caller.ts'
import { type GatewayReply, type GatewayRequest, jsonReply } from '../../functions/api/gateway.ts'
import type { TokenFinder } from '../../functions/use-cases/authenticate.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { aGatewayRequest, aToken, builtAt } from '../support/builders.ts'

const known = aToken({ scopes: ['read'] }, 'known')

/** The handler before an admin API that keeps what it is handed. */
function started(findByHash: TokenFinder['findByHash']) {
  const passed: GatewayRequest[] = []
  const logged: string[] = []
  const admin = middy<GatewayRequest, GatewayReply>().handler(async (request: GatewayRequest) => {
    passed.push(request)
    return jsonReply(200, { fine: true })
  })
  const authorize = authorizeHandler({ tokens: { findByHash }, now: () => builtAt })
  const log = { info: () => {}, error: (message: string) => logged.push(message) }
  const handler = adminWithAuthorizer({ admin, authorize }, log)
  const call = (request: Partial<GatewayRequest>) =>
    handler(aGatewayRequest({ httpMethod: 'GET', resource: '/webhooks', ...request }), lambdaContext('admin'))
  return { call, passed, logged }
}

const findKnown = async (hash: string) => (hash === known.hash ? known : undefined)

describe('the admin API with its own authorizer', () => {
  it('passes on what a valid token may do, as API Gateway does', async () => {
    const { call, passed } = started(findKnown)
    const reply = await call({ headers: { Authorization: 'Bearer known' }, body: 'kept' })
    expect(reply.statusCode).toBe(200)
    expect(passed).toMatchObject([{ body: 'kept', requestContext: { authorizer: { scopes: 'read' } } }])
    const { hash, ...shown } = known
    expect(callerOf(passed[0]?.requestContext.authorizer)).toEqual(shown)
    expect(JSON.stringify(passed)).not.toContain(hash)
  })

  it.each([
    ['no token', {}, 'Send a token'],
    ['an unknown one', { authorization: 'Bearer guessed' }, 'There is no such token'],
  ])('answers 401 to %s, with the reason, and passes nothing on', async (_, headers, reason) => {
    const { call, passed } = started(findKnown)
    const { statusCode, headers: sent, body } = await call({ headers })
    expect([statusCode, sent?.['WWW-Authenticate']]).toEqual([401, 'Bearer'])
    expect(body).toContain(reason)
    expect(passed).toEqual([])
  })

  it('does not believe a request that says it was authorized', async () => {
    const { call, passed } = started(findKnown)
    const { requestContext } = aGatewayRequest()
    const claimed = { requestContext: { ...requestContext, authorizer: { scopes: 'admin' } } }
    expect((await call(claimed)).statusCode).toBe(401)
    await call({ ...claimed, resource: '/health' })
    expect(passed.map((request) => request.requestContext.authorizer)).toEqual([{}])
  })

  it('asks for no token where none is needed', async () => {
    const { call, passed } = started(() => Promise.reject(new Error('no table')))
    expect((await call({ resource: '/health' })).statusCode).toBe(200)
    expect(passed).toHaveLength(1)
  })

  it('answers 500 and logs when tokens cannot be looked up, and passes nothing on', async () => {
    const { call, passed, logged } = started(() => Promise.reject(new Error('no table')))
    expect((await call({ headers: { authorization: 'Bearer known' } })).statusCode).toBe(500)
    expect([passed, logged]).toEqual([[], ['a request failed']])
  })
})
