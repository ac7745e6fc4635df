import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildConsole } from './console-server.ts'

let folder: string
let files: { name: string; content: Buffer }[]

beforeAll(async () => {
  folder = await buildConsole()
  files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, content: readFileSync(join(parentPath, name)) }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('is at most 120 KB, compressed, all its pages together', () => {
  const bytes = files.reduce((sum, { content }) => sum + gzipSync(content).length, 0)
  expect(bytes).toBeLessThan(120_000)
  expect(files.length).toBeGreaterThanOrEqual(3)
})

it('has no inline script or style and only relative addresses in its page', () => {
  const page = files.find(({ name }) => name === 'index.html')?.content.toString() ?? ''
  expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/)
  const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
  expect(addresses.length).toBeGreaterThanOrEqual(3)
  for (const address of addresses) expect(address).toMatch(/^(\.\/assets\/[\w.-]+|data:,)$/)
})

it('names its files by what is in them, so that they can be kept for ever', () => {
  for (const { name } of files.filter((file) => file.name !== 'index.html'))
    expect(name).toMatch(/^[a-z-]+-[\w-]{8}\.(js|css)$/)
})
