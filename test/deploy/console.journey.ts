import { beforeAll, describe, expect, inject, it } from 'vitest'
import { protections } from '../../functions/console/handler.ts'
import { Deployment } from './support/deployment.ts'
import { stage } from './support/global-setup.ts'

const gzip = { 'accept-encoding': 'gzip' }

describe('the deployed console', () => {
  let apiUrl: string
  let page: Response
  let text: string

  beforeAll(async () => {
    const api = await new Deployment(stage, inject('emulator').url).api(inject('outputs'))
    apiUrl = api.url
    page = await fetch(`${apiUrl}/console`)
    text = await page.text()
  })

  it('is where the output says, below the stage', () => {
    const { ApiUrl, ConsoleUrl } = inject('outputs')
    expect(ConsoleUrl).toBe(`${ApiUrl}/console/`)
    expect(page.url).toBe(`${apiUrl}/console/`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(text).toMatch(/^<!doctype html>/i)
  })

  it('finds its files and the API by relative addresses', async () => {
    const files = [...text.matchAll(/"(\.\/assets\/[^"]+)"/g)].map(([, file = '']) => new URL(file, page.url))
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const file of files) {
      const compressed = await fetch(file, { headers: gzip })
      expect(compressed.headers.get('content-encoding')).toBe('gzip')
      expect(compressed.headers.get('cache-control')).toContain('immutable')
      const plain = await fetch(file, { headers: { 'accept-encoding': 'identity' } })
      expect(plain.headers.get('content-encoding')).toBeNull()
      expect(await compressed.text()).toBe(await plain.text())
    }
    expect(await (await fetch(new URL('../health', page.url))).json()).toMatchObject({ status: 'ok' })
  })

  it('is protected by its headers, and kept only as long as it is the same', async () => {
    for (const response of [page, await fetch(`${apiUrl}/console/nothing`)])
      for (const [name, value] of Object.entries(protections)) expect(response.headers.get(name)).toBe(value)
    const etag = page.headers.get('etag') ?? ''
    expect((await fetch(page.url, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it.each(['nothing', 'assets', 'index.html/..%2f..%2findex.js', 'assets/..%2findex.html'])(
    'answers %s with 404 and problem details',
    async (path) => {
      const response = await fetch(`${apiUrl}/console/${path}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ code: 'not_found' })
    },
  )
})
