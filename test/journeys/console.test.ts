import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { protections } from '../../functions/console/handler.ts'
import { answersIn, rawExchange } from '../fuzz/raw-exchange.ts'
import { builtFiles, writeConsole } from '../support/built-console.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

describe('the console of the embedded server', () => {
  let written: Awaited<ReturnType<typeof writeConsole>>
  let server: TestServer

  beforeAll(async () => {
    written = await writeConsole()
    server = await startTestServer({ builtConsole: written.folder })
  })

  afterAll(async () => {
    await server.remove()
    await written.remove()
  })

  const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init)

  it('is reached without a token, from /console too', async () => {
    const response = await get('/console')
    expect(response.url).toBe(`${server.url}/console/`)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await response.text()).toBe(builtFiles['index.html'])
  })

  it.each(Object.entries(builtFiles))('has %s, compressed', async (name, text) => {
    const response = await get(`/console/${name}`, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toBe(text)
    const plain = await get(`/console/${name}`, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.text()).toBe(text)
  })

  it('answers 304 without a body, and keeps the connection in order', async () => {
    const tag = (await get('/console/')).headers.get('etag') ?? ''
    for (const path of ['/console/', '/console/index.html']) {
      const response = await get(path, { headers: { 'if-none-match': tag } })
      expect(response.status).toBe(304)
      expect(await response.text()).toBe('')
    }
    expect((await get('/health')).status).toBe(200)
  })

  it.each(['/console', '/console/', '/console/assets/index-B1x.js', '/console/nothing'])(
    'protects %s by its headers',
    async (path) => {
      const { headers } = await get(path, { redirect: 'manual' })
      for (const [name, value] of Object.entries(protections)) expect(headers.get(name)).toBe(value)
    },
  )

  it.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s with 405', async (method) => {
    for (const path of ['/console', '/console/', '/console/index.html']) {
      const response = await get(path, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET')
    }
  })

  it.each([
    '/console/nothing',
    '/console/assets',
    '/console/assets/',
    '/console//index.html',
    '/console/index.html/',
    '/console/../secret.key',
    '/console/%2e%2e/secret.key',
    '/console/..%2fsecret.key',
    '/console/assets/..%2f..%2fsecret.key',
    '/console/..%5csecret.key',
    '/console/....//secret.key',
    '/console/%00',
    '/console/%zz',
    '/console/__proto__',
    '/Console/',
    '/consoles',
  ])('answers %s, as it is written, with 404 and problem details', async (path) => {
    const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    const answers = answersIn(await rawExchange(Number(new URL(server.url).port), request))
    expect(answers).toMatchObject([{ status: 404, contentType: 'application/problem+json' }])
    expect(answers[0]?.body).not.toContain('beside the console')
  })

  it('is there while it is not built, and says how to build it', async () => {
    const unbuilt = await startTestServer({ builtConsole: `${written.folder}/assets` })
    expect(unbuilt.hasConsole).toBe(false)
    const response = await fetch(`${unbuilt.url}/console/`)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('npm run console:build')
    expect((await fetch(`${unbuilt.url}/health`)).status).toBe(200)
    await unbuilt.remove()
  })

  it('logged no fault of its own', () => {
    expect(server.logged).toEqual([])
  })
})
