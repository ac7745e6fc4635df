import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CreateWebhook } from '../../functions/api/schemas/webhook.ts'
import { adminToken, startTestServer } from '../support/server.ts'
import { commandLineFor } from './support/command-line.ts'
import { ServedCommandLine } from './support/served-command-line.ts'

const served = new ServedCommandLine()

const shownOnly = ['id', 'stats', 'created_at', 'updated_at', 'disabled_at', 'last_off']
const settings = (all: readonly Readonly<Record<string, unknown>>[]) =>
  all.map((webhook) =>
    Object.fromEntries(Object.entries(webhook).filter(([name]) => !shownOnly.includes(name))),
  )

describe('export', () => {
  const full = {
    url: 'http://127.0.0.1:9/full',
    event_types: ['a:b', '*'],
    description: 'x: "y" # z',
    scope: { batch_change_ids: ['QQ=='] },
    headers: { 'X-Team': 'header-value' },
    auth: { type: 'basic', username: 'me', password: 'pass-value' },
    enabled: false,
    retry_schedule: ['0s', '5m'],
    rate_limit: 2.5,
    retention: '7d',
    secret: 'shared secret',
  }

  it('is tried here with everything that can be set', () => {
    expect(Object.keys(full).toSorted()).toEqual(Object.keys(CreateWebhook.shape).toSorted())
  })

  it('is taken by apply, which then has nothing to do', async () => {
    await served.server.api.createWebhook(full)
    await served.server.api.createWebhook({ url: 'http://127.0.0.1:9/least' })
    await served.server.api.createWebhook({ url: 'http://127.0.0.1:9/least', description: 'the same URL' })
    for (const path of [served.at('all.yaml'), served.at('all.json')]) {
      expect(await served.cli.run(['export', path])).toMatchObject({
        code: 0,
        err: `3 webhooks written to ${path}.\n`,
      })
      expect(readFileSync(path, 'utf8')).not.toMatch(/header-value|pass-value|shared secret/)
      const applied = await served.cli.run(['apply', path, '--prune'])
      expect(applied).toMatchObject({ code: 0, out: '0 to create, 0 to change, 3 unchanged.\n' })
    }
    expect((await served.cli.run(['export'])).out).toBe(readFileSync(served.at('all.yaml'), 'utf8'))
    expect((await served.cli.run(['export', '--json'])).json()).toEqual(
      parse(readFileSync(served.at('all.yaml'), 'utf8')),
    )
  })

  it('makes of a fresh server the same as the one that it is of', async () => {
    await served.server.api.createWebhook(full)
    await served.server.api.createWebhook({ url: 'http://127.0.0.1:9/least' })
    const exported = (await served.cli.run(['export'])).out
    const fresh = await startTestServer()
    const there = commandLineFor(fresh.url, adminToken)
    try {
      const refused = await there.run(['apply', '-', '--yes'], { input: exported })
      expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/says keep, but the server/) })
      expect(await served.webhooks(there)).toEqual([])

      const input = exported
        .replace('X-Team: { keep: true }', 'X-Team: { from_env: VALUE }')
        .replace('password: { keep: true }', 'password: { from_env: VALUE }')
      const args = ['apply', '-', '--yes', '--generate-secrets']
      const ran = await there.run(args, { input, environment: { VALUE: 'value' } })
      expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('2 to create') })
      expect(settings(await served.webhooks(there))).toEqual(settings(await served.webhooks()))
      const withoutIds = ['export', '--no-ids']
      expect((await there.run(withoutIds)).out).toBe((await served.cli.run(withoutIds)).out)
      expect(await there.run(['apply', '-'], { input: exported })).toMatchObject({
        code: 0,
        out: '0 to create, 0 to change, 2 unchanged.\n',
      })
    } finally {
      there.remove()
      await fresh.remove()
    }
  })

  it('has all pages', async () => {
    for (let number = 0; number < 205; number++)
      await served.server.api.createWebhook({ url: `http://127.0.0.1:9/${number}` })
    const { webhooks: all } = parse((await served.cli.run(['export'])).out)
    expect(all.map(({ url }: { url: string }) => url)).toEqual(
      Array.from({ length: 205 }, (_, number) => `http://127.0.0.1:9/${number}`),
    )
  })

  it('says where it cannot write', async () => {
    const ran = await served.cli.run(['export', served.at('no/such/folder.yaml')])
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('cannot be written (ENOENT)') })
  })
})
