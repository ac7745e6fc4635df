import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as z from 'zod'

const Package = z.object({
  license: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  inBundle: z.boolean().optional(),
})
const Lock = z.object({ packages: z.record(z.string(), Package) })
const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})

const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
const manifest = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')))
const atRunTime = Object.entries(packages).filter(
  ([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true,
)

// Licences under which anything may be run and passed on; a new one is to be read before it is added.
const allowed = ['MIT', 'Apache-2.0', 'ISC', '0BSD', 'BlueOak-1.0.0', '(MIT OR GPL-3.0-or-later)']

it('runs on packages whose licences allow it', () => {
  const others = atRunTime.filter(([, { license = 'none' }]) => !allowed.includes(license))
  expect(others).toEqual([])
})

it('pins every package by version and hash', () => {
  for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  const unhashed = Object.entries(packages).filter(
    ([path, { integrity, inBundle }]) => path !== '' && inBundle !== true && integrity === undefined,
  )
  expect(unhashed.map(([path]) => path)).toEqual([])
})

it('lists what it runs on, with the licences, in docs/security.md', () => {
  const rows = readFileSync('docs/security.md', 'utf8').split('\n')
  for (const name of Object.keys(manifest.dependencies)) {
    const row = rows.find((text) => text.startsWith('|') && text.includes(`\`${name}\``))
    expect(row, name).toContain(packages[`node_modules/${name}`]?.license)
  }
})
