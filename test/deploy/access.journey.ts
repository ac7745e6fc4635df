import { beforeAll, describe, expect, inject, it } from 'vitest'
import { endpoints } from '../../functions/api/endpoints.ts'
import { type CheckedApi, idOf, textOf } from '../support/checked-api.ts'
import { Deployment } from './support/deployment.ts'
import { stage } from './support/global-setup.ts'

const guarded = endpoints.filter(({ scope }) => scope !== 'public')

describe('the deployed API', () => {
  let api: CheckedApi
  let publisher: CheckedApi

  beforeAll(async () => {
    api = await new Deployment(stage, inject('emulator').url).api(inject('outputs'))
    publisher = api.as(await api.createToken(['publish']))
  })

  it('is healthy and describes itself, without a token', async () => {
    const nobody = api.as(undefined)
    expect((await nobody.call('GET', '/health')).body).toMatchObject({ status: 'ok' })
    expect((await nobody.call('GET', '/openapi.json')).body).toMatchObject({ openapi: '3.1.1' })
  })

  it.each(guarded)('turns $method $path down without a token and with one of another scope', async (call) => {
    const path = call.path.replace('{id}', 'whk_0000000000000000')
    const body = call.method === 'POST' || call.method === 'PATCH' ? {} : undefined
    const none = await api.as(undefined).call(call.method, path, body)
    expect(none.status).toBe(401)
    // Not the detail: MiniStack puts none of the authorizer's words into the answer.
    expect(none.body).toMatchObject({ code: 'unauthenticated' })
    expect(none.headers.get('www-authenticate')).toBe('Bearer')
    expect((await publisher.call(call.method, path, body)).status).toBe(call.scope === 'any' ? 200 : 403)
  })

  it('counts what waits, as its role allows', async () => {
    const { status, body } = await api.call('GET', '/queues')
    expect(status).toBe(200)
    expect(body).toMatchObject({ data: [{ name: 'fan-out' }, { name: 'delivery' }] })
  })

  it('tells a token what it is', async () => {
    const { status, body } = await publisher.call('GET', '/tokens/self')
    expect(status).toBe(200)
    expect(body).toMatchObject({ name: 'a token', scopes: ['publish'] })
  })

  it('turns down a token that is unknown or was revoked', async () => {
    const reply = await api.call('POST', '/tokens', { name: 'short-lived', scopes: ['read'] })
    const token = textOf(reply, 'token')
    expect((await api.as(token).call('GET', '/webhooks')).status).toBe(200)
    await api.call('DELETE', `/tokens/${idOf(reply)}`)
    expect((await api.as(token).call('GET', '/webhooks')).status).toBe(401)
    expect((await api.as('sgwh_not-a-token').call('GET', '/webhooks')).status).toBe(401)
  })

  it('turns events down that nobody vouches for', async () => {
    const event = { type: 'x:y', payload: {} }
    expect((await api.as(undefined).call('POST', '/events', event)).status).toBe(401)
    expect((await api.postAsSourcegraph('x:y', '{}', 'of no source')).status).toBe(401)
    expect((await api.as(await api.createToken(['read'])).call('POST', '/events', event)).status).toBe(403)
  })

  it('answers what it does not know with 404', async () => {
    expect((await api.call('GET', '/webhooks/whk_0000000000000000')).status).toBe(404)
  })
})
