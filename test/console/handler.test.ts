import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayReply } from '../../functions/api/gateway.ts'
import { readConsole } from '../../functions/console/files.ts'
import { consoleHandler, protections } from '../../functions/console/handler.ts'
import { aGatewayRequest } from '../support/builders.ts'
import { builtFiles, writeConsole } from '../support/built-console.ts'

type Headers = Readonly<Record<string, string>>

const page = '/console/'
const script = '/console/assets/index-B1x.js'

describe('the console', () => {
  let written: Awaited<ReturnType<typeof writeConsole>>
  let handler: ReturnType<typeof consoleHandler>

  beforeAll(async () => {
    written = await writeConsole()
    handler = consoleHandler(readConsole(written.folder))
  })

  afterAll(() => written.remove())

  const get = (path: string, headers: Headers = {}) => {
    const proxy = /^\/console\/(.+)$/s.exec(path)?.[1]
    return handler(
      aGatewayRequest({
        httpMethod: 'GET',
        resource: proxy === undefined ? '/console' : '/console/{proxy+}',
        path,
        pathParameters: proxy === undefined ? null : { proxy },
        headers: { ...headers },
      }),
    )
  }
  const textOf = ({ body, headers }: GatewayReply) => {
    const bytes = Buffer.from(body, 'base64')
    return (headers?.['Content-Encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
  }

  it.each([
    ['/console/', 'index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['/console/index.html', 'index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['/console/favicon.svg', 'favicon.svg', 'image/svg+xml', 'no-cache'],
    [script, 'assets/index-B1x.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    [
      '/console/assets/index-C2y.css',
      'assets/index-C2y.css',
      'text/css; charset=utf-8',
      'public, max-age=31536000, immutable',
    ],
  ] as const)('answers %s with %s as %s, %s', async (path, name, type, caching) => {
    for (const headers of [{}, { 'Accept-Encoding': 'gzip, deflate, br' }]) {
      const reply = await get(path, headers)
      expect(reply).toMatchObject({ statusCode: 200, isBase64Encoded: true })
      expect(reply.headers).toMatchObject({
        'Content-Type': type,
        'Cache-Control': caching,
        Vary: 'Accept-Encoding',
      })
      expect(textOf(reply)).toBe(builtFiles[name])
    }
  })

  it.each([
    ['gzip', true],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', true],
    ['GZIP', true],
    ['*', true],
    ['gzip ; q=0.001', true],
    [undefined, false],
    ['', false],
    ['br', false],
    ['identity', false],
    ['gzip;q=0', false],
    ['gzip;q=0.000, *', false],
    ['*;q=0', false],
    ['gzipped', false],
  ])('compresses for Accept-Encoding %j: %s', async (accepted, compressed) => {
    const { headers, body } = await get(script, accepted === undefined ? {} : { 'accept-encoding': accepted })
    expect(headers?.['Content-Encoding']).toBe(compressed ? 'gzip' : undefined)
    expect(Buffer.from(body, 'base64').length < builtFiles['assets/index-B1x.js'].length).toBe(compressed)
  })

  it('leads from /console to the page, relative, so that a stage before it stays', async () => {
    const { statusCode, headers } = await get('/console')
    expect(statusCode).toBe(302)
    const { pathname } = new URL(String(headers?.Location), 'https://x.example/v1/console')
    expect(pathname).toBe('/v1/console/')
  })

  it('takes the slash from either path that API Gateway tells', async () => {
    const request = aGatewayRequest({ httpMethod: 'GET', resource: '/console', path: '/console' })
    const requestContext = { ...request.requestContext, path: '/v1/console/' }
    expect(await handler({ ...request, requestContext })).toMatchObject({ statusCode: 200 })
  })

  it('answers 304 to who has the page as it is, and only then', async () => {
    const tag = String((await get(page)).headers?.ETag)
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/)
    for (const known of [tag, tag.slice(2), `"other", ${tag}`, '*']) {
      const reply = await get(page, { 'If-None-Match': known })
      expect(reply).toMatchObject({ statusCode: 304, body: '', headers: { ETag: tag, ...protections } })
    }
    for (const other of ['"other"', '', 'W/""', tag.slice(3, -1)])
      expect((await get(page, { 'If-None-Match': other })).statusCode).toBe(200)
    expect((await get(script)).headers?.ETag).not.toBe(tag)
  })

  it('has a policy that lets nothing in from elsewhere, and nothing inline', () => {
    const policy = Object.fromEntries(
      protections['Content-Security-Policy'].split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ')
        return [name, sources.join(' ')]
      }),
    )
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    })
  })

  it('answers with what is built and nothing else, whatever the path', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '%2e%2e',
        '..%2f',
        '\\',
        '\0',
        'assets',
        'dist',
        'secret.key',
        'etc',
        'passwd',
      ),
      fc.constantFrom('index.html', 'index-B1x.js', '__proto__', 'constructor', 'toString', 'hasOwnProperty'),
      fc.string({ maxLength: 8 }),
    )
    const property = fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 5 }), async (segments) => {
      const name = segments.join('/')
      const reply = await get(`/console/${name}`, { 'Accept-Encoding': 'gzip' })
      const file = name === '' ? builtFiles['index.html'] : new Map(Object.entries(builtFiles)).get(name)
      expect(reply.headers).toMatchObject(protections)
      if (file !== undefined) expect(textOf(reply)).toBe(file)
      else {
        expect(reply.statusCode).toBe(404)
        expect(reply.headers?.['Content-Type']).toBe('application/problem+json')
        expect(JSON.parse(reply.body)).toMatchObject({ status: 404, code: 'not_found' })
      }
    })
    await fc.assert(property, { numRuns: 500 })
  })
})

describe('a console that is not built', () => {
  it('says how to build it, with the same protection', async () => {
    const request = aGatewayRequest({ httpMethod: 'GET', resource: '/console', path: '/console/' })
    const reply = await consoleHandler(undefined)(request)
    expect(reply).toMatchObject({ statusCode: 503, headers: protections })
    expect(reply.body).toContain('npm run console:build')
  })

  it('has no other file', async () => {
    const [resource, path] = ['/console/{proxy+}', '/console/favicon.svg']
    const request = aGatewayRequest({
      ...{ httpMethod: 'GET', resource, path, pathParameters: { proxy: 'favicon.svg' } },
    })
    expect(await consoleHandler(undefined)(request)).toMatchObject({ statusCode: 404, headers: protections })
  })

  it('is a folder without the page, or none', async () => {
    const { folder, remove } = await writeConsole({ 'favicon.svg': '' })
    expect(readConsole(folder)).toBeUndefined()
    expect(readConsole(`${folder}-that-is-not-there`)).toBeUndefined()
    await remove()
  })

  it('refuses a file that it could only mislabel, naming it', async () => {
    const { folder, remove } = await writeConsole({ 'index.html': '', 'assets/index.wasm': '' })
    expect(() => readConsole(folder)).toThrow(/assets\/index\.wasm is of no kind/)
    await remove()
  })
})
