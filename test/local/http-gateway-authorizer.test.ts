import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startGateway, verdict } from './running-gateway.ts'

describe('the authorizer of the gateway', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>

  beforeEach(async () => {
    gateway = await startGateway()
  })

  afterEach(() => gateway.close())

  it('is asked for all but what is public, and tells the entry what it granted', async () => {
    await gateway.api.call('GET', '/health')
    await gateway.api.call('POST', '/events')
    expect(gateway.authorized).toEqual([])
    await gateway.api.call('PATCH', '/webhooks/whk_1', '{"url":"x"}')
    expect(gateway.authorized).toMatchObject([
      {
        type: 'REQUEST',
        resource: '/webhooks/{id}',
        headers: { authorization: 'Bearer a-token' },
        methodArn: expect.stringMatching(/^arn:aws:execute-api:.*\/PATCH\/webhooks\/whk_1$/),
      },
    ])
    expect(JSON.stringify(gateway.authorized)).not.toContain('url')
    expect(gateway.requests.at(-1)?.requestContext.authorizer).toEqual({ scopes: 'admin read' })
  })

  it('answers 401 with its reason when it denies, and the entry is not asked', async () => {
    gateway.says.judge = () => verdict('Deny', { detail: 'The token expired.' })
    const { status, headers, body } = await gateway.api.call('GET', '/webhooks')
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer')
    expect(body).toMatchObject({ code: 'unauthenticated', detail: 'The token expired.' })
    expect(gateway.requests).toEqual([])
  })

  it('answers 500 when it fails, and lets nobody in', async () => {
    gateway.says.judge = () => {
      throw new Error('no such table: tokens')
    }
    const { status, body } = await gateway.api.call('GET', '/webhooks')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('tokens')
    expect(gateway.requests).toEqual([])
    expect(gateway.logged).toHaveLength(1)
  })
})
