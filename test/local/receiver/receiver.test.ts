import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startReceiver } from '../../../local/receiver/receiver.ts'
import { aReceiver, closeReceivers, payload, post, secret, signed } from './running-receiver.ts'

afterEach(closeReceivers)

describe('a receiver that is told to fail', () => {
  it('answers every request with the status, verified or not', async () => {
    const { url } = await aReceiver({ secret, status: 503, retryAfter: 10 })
    const expected = { status: 503, retryAfter: '10', text: 'Every request is answered 503, as told.\n' }
    expect(await post(url, payload, signed(payload))).toEqual(expected)
    expect(await post(url, payload, {})).toEqual(expected)
  })

  it('answers a status that has no body', async () => {
    const { url } = await aReceiver({ status: 204, retryAfter: 10 })
    expect(await post(url, payload, {})).toEqual({ status: 204, retryAfter: null, text: '' })
  })

  it('fails the first requests of each id, then answers what they deserve', async () => {
    const { url, text } = await aReceiver({ secret, failFirst: 2, retryAfter: 0 })
    const statusOf = async (id: string) => (await post(url, payload, signed(payload, { id }))).status
    expect([await statusOf('evt_1'), await statusOf('evt_1'), await statusOf('evt_2')]).toEqual([
      503, 503, 503,
    ])
    expect([await statusOf('evt_1'), await statusOf('evt_2'), await statusOf('evt_2')]).toEqual([
      200, 503, 200,
    ])
    const forged = { ...signed(payload), 'webhook-timestamp': '1' }
    expect((await post(url, payload, forged)).status).toBe(401)
    expect(text()).toContain('evt_1, attempt 3 of this id seen here')
    expect(text()).toContain('  answer      503, Retry-After: 0\n')
  })

  it('fails the first requests with the status given', async () => {
    const { url } = await aReceiver({ failFirst: 1, status: 429 })
    expect((await post(url, payload, signed(payload))).status).toBe(429)
    expect((await post(url, payload, signed(payload))).status).toBe(200)
  })

  it('answers after the delay', async () => {
    const { url, text } = await aReceiver({ delayMs: 120 })
    const startedAt = performance.now()
    await post(url, payload, {})
    expect(performance.now() - startedAt).toBeGreaterThan(115)
    expect(text()).toContain('  answer      200, after 120 ms\n')
  })

  it('never answers when it hangs, and notes that the sender gave up', async () => {
    const { url, printed } = await aReceiver({ hang: true })
    const request = httpRequest(url, { method: 'POST', headers: signed(payload) })
    request.on('error', () => {})
    request.end(payload)
    expect(await printed('answer ')).toContain('  answer      none (--hang)\n')
    request.destroy()
    expect(await printed('gave up')).toMatch(
      /The sender of evt_1 gave up after \d+\.\d s without an answer\.\n/,
    )
  })
})

describe('any receiver', () => {
  it('takes a body of 1 MiB and answers 413 to a longer one', async () => {
    const { url, text } = await aReceiver({ secret })
    const largest = 'x'.repeat(1024 * 1024)
    expect((await post(url, largest, signed(largest))).status).toBe(200)
    expect((await post(url, `${largest}x`, signed(`${largest}x`))).status).toBe(413)
    expect(text()).toContain('  body        larger than 1 MiB\n  answer      413\n')
  })

  it('survives a sender that breaks off', async () => {
    const { url, printed } = await aReceiver({})
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345', () => socket.destroy())
    expect(await printed('broke off')).toContain('POST /x broke off: ')
    expect((await post(url, payload, {})).status).toBe(200)
  })

  it('closes at once, though requests wait for their answer', async () => {
    const { url, receiver, printed, text } = await aReceiver({ delayMs: 600_000 })
    const pending = post(url, payload, {}).catch((error: unknown) => error)
    await printed('answer ')
    await receiver.close()
    expect(await pending).toBeInstanceOf(Error)
    expect(text()).not.toContain('gave up')
  })

  it('rejects when its port is taken', async () => {
    const { url } = await aReceiver({})
    const port = Number(new URL(url).port)
    await expect(startReceiver({ port, print: () => {} })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
