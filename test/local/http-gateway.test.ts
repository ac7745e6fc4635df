import { request as startRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startGateway } from './running-gateway.ts'

const mebibyte = 1024 * 1024

describe('what the gateway hands over', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>

  beforeEach(async () => {
    gateway = await startGateway()
  })

  afterEach(() => gateway.close())

  it('hands over headers as they were named, the last of equal names and all of them', async () => {
    await new Promise<void>((resolve, reject) => {
      const headers = ['Host', 'x', 'X-Twice', 'one', 'X-Twice', 'two', 'x-Once', 'three']
      startRequest({ port: gateway.port, host: '127.0.0.1', path: '/health', headers }, (response) => {
        response.resume().on('end', resolve)
      })
        .on('error', reject)
        .end()
    })
    expect(gateway.requests[0]?.headers).toMatchObject({ 'X-Twice': 'two', 'x-Once': 'three' })
    expect(gateway.requests[0]?.multiValueHeaders).toMatchObject({
      'X-Twice': ['one', 'two'],
      'x-Once': ['three'],
    })
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'hands over a header that is named %s like any other',
    async (name) => {
      expect(await gateway.statusOfRaw(`GET /health HTTP/1.1\r\n${name}: x`)).toBe(200)
      expect(Object.entries(gateway.requests[0]?.multiValueHeaders ?? {})).toContainEqual([name, ['x']])
    },
  )

  it.each([
    { what: 'text', body: Buffer.from('{"name":"naïve"}'), encoded: false },
    { what: 'bytes that are not UTF-8', body: Buffer.from([0x22, 0xff, 0xfe, 0x00, 0x22]), encoded: true },
    { what: 'a character cut in two', body: Buffer.from('é').subarray(0, 1), encoded: true },
  ])('hands over $what, so that it can be read back byte for byte', async ({ body, encoded }) => {
    await gateway.api.call('POST', '/events', body)
    expect(gateway.requests[0]?.isBase64Encoded).toBe(encoded)
    expect(Buffer.from(gateway.requests[0]?.body ?? '', encoded ? 'base64' : 'utf8')).toEqual(body)
  })

  it('hands over no body as null', async () => {
    await gateway.api.call('POST', '/events')
    expect(gateway.requests[0]).toMatchObject({ body: null, isBase64Encoded: false })
  })

  it('takes 6 MiB and answers 413 to one byte more', async () => {
    expect((await gateway.api.call('POST', '/events', Buffer.alloc(6 * mebibyte, 'a'))).status).toBe(200)
    expect(gateway.requests[0]?.body).toHaveLength(6 * mebibyte)
    const { status, body } = await gateway.api.call('POST', '/events', Buffer.alloc(6 * mebibyte + 1, 'a'))
    expect(status).toBe(413)
    expect(body).toMatchObject({ code: 'too_large', detail: 'The request is larger than 6 MiB.' })
    expect(gateway.requests).toHaveLength(1)
  })

  it('writes the entry’s answer as it is', async () => {
    gateway.says.answer = () => ({ statusCode: 418, headers: { 'X-Pot': 'tea' }, body: '"naïve"' })
    const { status, headers, body } = await gateway.api.call('GET', '/health')
    expect({ status, pot: headers.get('x-pot'), body }).toEqual({ status: 418, pot: 'tea', body: 'naïve' })
    expect(headers.get('content-length')).toBe('8')
  })

  it('writes 204 without a body', async () => {
    gateway.says.answer = () => ({ statusCode: 204, body: '' })
    const { status, headers, body } = await gateway.api.call('DELETE', '/webhooks/whk_1')
    expect({ status, length: headers.get('content-length'), body }).toEqual({
      status: 204,
      length: null,
      body: undefined,
    })
  })

  it('answers 500 when an entry fails, and tells only the log why', async () => {
    gateway.says.answer = () => {
      throw new Error('the store is down')
    }
    const { status, body } = await gateway.api.call('GET', '/health')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('store')
    expect(gateway.logged).toMatchObject([{ fields: { error: 'Error: the store is down' } }])
  })
})
