import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CreateWebhook } from '../../functions/api/schemas/webhook.ts'
import { portOf } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

let server: TestServer
let cli: CommandLine

beforeEach(async () => {
  server = await startTestServer()
  cli = commandLineFor(server.url, adminToken)
})
afterEach(async () => {
  cli.remove()
  await server.remove()
})

const at = (name: string) => join(cli.home, name)
const file = (yaml: string, name = 'webhooks.yaml') => {
  writeFileSync(at(name), yaml)
  return at(name)
}
const two = `version: 1
webhooks:
  - url: http://127.0.0.1:9/a
    event_types: [a:b]
  - url: http://127.0.0.1:9/b
    event_types: [a:b]
    description: second
`
const webhooks = async (of: CommandLine = cli) => (await of.run(['webhooks', 'list', '--json'])).data()
const shownOnly = ['id', 'stats', 'created_at', 'updated_at', 'disabled_at', 'last_off']
const settings = (all: readonly Readonly<Record<string, unknown>>[]) =>
  all.map((webhook) =>
    Object.fromEntries(Object.entries(webhook).filter(([name]) => !shownOnly.includes(name))),
  )

describe('apply', () => {
  it('shows what it will do, asks, does it, and then has nothing to do', async () => {
    const path = file(two)
    const first = await cli.run(['apply', path], { answers: [true] })
    expect(first.code).toBe(0)
    expect(first.out).toMatch(
      /^\+ create http:\/\/127.0.0.1:9\/a\n {4}event_types: a:b\n {4}secret: made now/,
    )
    expect(first.out).toMatch(/\n2 to create, 0 to change, 0 unchanged.\nCreated whk_\S+ http/)
    expect(first.out.match(/ {2}signing secret, shown this once: whsec_\S{44}\n/g)).toHaveLength(2)
    expect(cli.questions).toEqual([`Do this at ${server.url}?`])
    expect(await webhooks()).toHaveLength(2)

    const again = await cli.run(['apply', path])
    expect(again).toMatchObject({ code: 0, out: '0 to create, 0 to change, 2 unchanged.\n', err: '' })
  })

  it('does nothing without a yes', async () => {
    const path = file(two)
    expect(await cli.run(['apply', path])).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await cli.run(['apply', path], { answers: [false] })).toMatchObject({ code: 1 })
    expect(await webhooks()).toEqual([])
  })

  it('shows what it asks about also where results are JSON', async () => {
    const ran = await cli.run(['apply', file(two), '--json'], { answers: [true] })
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('+ create http://127.0.0.1:9/a') })
    expect(ran.json()).toMatchObject({ outcomes: [{ outcome: 'done', secret: expect.any(String) }, {}] })
  })

  it('changes nothing in a dry run, and says by its exit code that there is something to do', async () => {
    const path = file(two)
    const dry = await cli.run(['apply', path, '--dry-run', '--json'])
    expect(dry.code).toBe(10)
    expect(dry.json()).toMatchObject({ dry_run: true, to_create: 2, steps: [{ action: 'create' }, {}] })
    expect(await webhooks()).toEqual([])
    await cli.run(['apply', path, '--yes'])
    expect(await cli.run(['apply', path, '--dry-run'])).toMatchObject({ code: 0 })
  })

  it('works as the secret that it shows says', async () => {
    const ran = await cli.run(['apply', file(two), '--yes', '--json'])
    const { outcomes } = JSON.parse(ran.out)
    const rotated = await server.api.call('POST', `/webhooks/${outcomes[0].id}/rotate-secret`, {
      secret: outcomes[0].secret,
      overlap: '0s',
    })
    expect(rotated).toMatchObject({ status: 200, body: { secret: outcomes[0].secret } })
  })

  it('needs no more than a token that may read, in a dry run', async () => {
    const reader = commandLineFor(server.url, await server.api.createToken(['read']))
    expect(await reader.run(['apply', file(two), '--dry-run'])).toMatchObject({ code: 10 })
    const ran = await reader.run(['apply', file(two), '--yes'])
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('0 of 2 steps done, 2 failed') })
    reader.remove()
  })

  it('writes the secrets that it makes to a file for its owner alone, never over another', async () => {
    const path = file(two)
    const ran = await cli.run(['apply', path, '--yes', '--secrets-file', at('new.yaml')])
    expect(ran).toMatchObject({ code: 0, err: `The new secrets are in ${at('new.yaml')}.\n` })
    expect(ran.out).not.toContain('whsec_')
    expect(statSync(at('new.yaml')).mode & 0o777).toBe(0o600)
    expect(parse(readFileSync(at('new.yaml'), 'utf8'))).toEqual(
      ['a', 'b'].map((name) => ({
        url: `http://127.0.0.1:9/${name}`,
        secret: expect.stringMatching(/^whsec_\S{44}$/),
      })),
    )
    const third = file(`${two}  - url: http://127.0.0.1:9/c\n    event_types: ['*']\n`)
    const refused = await cli.run(['apply', third, '--yes', '--secrets-file', at('new.yaml')])
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('is there already') })
    expect(await webhooks()).toHaveLength(2)
  })

  it('takes secrets, headers and passwords from the environment, and shows none of them', async () => {
    const path = file(`version: 1
webhooks:
  - url: http://127.0.0.1:9/a
    event_types: [a:b]
    secret: {from_env: S}
    headers: {X-Team: {from_env: H}}
    auth: {type: basic, username: me, password: {from_env: P}}
`)
    const dry = await cli.run(['apply', path, '--dry-run'])
    expect(dry).toMatchObject({
      code: 10,
      err: expect.stringMatching(/^(?:[HPS] is not set here.*\n){3}This was/),
    })
    const missing = await cli.run(['apply', path, '--yes'])
    expect(missing.code).toBe(2)
    expect(missing.err).toMatch(
      /webhooks.yaml:6: webhooks\[0\].headers.X-Team: is to come from H, .*\n.*:7: .*P, /,
    )
    const environment = { S: 'shared secret', H: 'header-value', P: 'pass-value' }
    const ran = await cli.run(['apply', path, '--yes'], { environment })
    expect(ran.code).toBe(0)
    for (const value of Object.values(environment)) expect(ran.out + ran.err).not.toContain(value)
    expect(await webhooks()).toMatchObject([
      { header_names: ['X-Team'], auth: { type: 'basic', username: 'me' } },
    ])
    expect(await cli.run(['apply', path])).toMatchObject({ code: 0 })
    const again = await cli.run(['apply', path, '--yes', '--write-values'], { environment })
    expect(again.out).toContain('headers.X-Team: written again (not shown)')
  })

  it('does not overwrite what was changed while it asked, and goes on with the rest', async () => {
    await cli.run(['apply', file(two), '--yes'])
    const [b, a] = await webhooks()
    const changed = file(two.replaceAll('[a:b]', '[c:d]'))
    const meanwhile = async () => {
      await server.api.call('PATCH', `/webhooks/${a?.id}`, { description: 'by another' })
      return true
    }
    const ran = await cli.run(['apply', changed], { answers: [meanwhile] })
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(new RegExp(`Failed to change ${a?.id} .* was changed by someone else.*again`))
    expect(ran.err).toContain('1 of 2 steps done, 1 failed.')
    expect(await webhooks()).toMatchObject([
      { id: b?.id, event_types: ['c:d'] },
      { id: a?.id, event_types: ['a:b'], description: 'by another' },
    ])
    const again = await cli.run(['apply', changed, '--yes'])
    expect(again.out).toContain('    description: "by another" → ""\n')
    expect(await webhooks()).toMatchObject([
      { event_types: ['c:d'] },
      { event_types: ['c:d'], description: '' },
    ])
  })

  it('deletes only with --prune, and not what was changed meanwhile', async () => {
    await cli.run(['apply', file(two), '--yes'])
    const [b] = await webhooks()
    const path = file(two.split('\n').slice(0, 4).join('\n'))
    const stays = await cli.run(['apply', path, '--yes'])
    expect(stays.out).toMatch(/^Not in the file, so they stay as they are:\n {2}whk_\S+ http/)
    const meanwhile = async () => {
      await server.api.call('PATCH', `/webhooks/${b?.id}`, { description: 'by another' })
      return true
    }
    expect(await cli.run(['apply', path, '--prune'], { answers: [meanwhile] })).toMatchObject({ code: 1 })
    expect(await webhooks()).toHaveLength(2)
    const pruned = await cli.run(['apply', path, '--prune', '--yes'])
    expect(pruned).toMatchObject({ code: 0, out: expect.stringContaining(`Deleted ${b?.id}`) })
    expect(await webhooks()).toHaveLength(1)
  })

  it('goes on after what the server refuses, and says so for each', async () => {
    cli.remove()
    await server.remove()
    server = await startTestServer({ args: [] })
    cli = commandLineFor(server.url, adminToken)
    const path = file(`version: 1
webhooks:
  - url: https://ports.example.com:1234/
    event_types: [a:b]
  - url: https://good.example.com/
    event_types: [a:b]
`)
    const ran = await cli.run(['apply', path, '--yes'])
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(
      /Failed to create https:\/\/ports\S+: url: Port 1234 is not allowed here.*\nCreated whk_/,
    )
    expect(await webhooks()).toMatchObject([{ url: 'https://good.example.com/' }])
  })

  it('tells all problems of a file with their lines, and does nothing', async () => {
    const path = file(`${two}    colour: red\n  - url: nonsense\n    event_types: []\n`)
    const ran = await cli.run(['apply', path, '--yes'])
    expect(ran.code).toBe(2)
    expect(ran.err.split('\n')).toEqual([
      expect.stringMatching(/webhooks.yaml:8: webhooks\[1\].colour: is not a field that can be set/),
      expect.stringMatching(/webhooks.yaml:9: webhooks\[2\].url: Write a full URL/),
      expect.stringMatching(/webhooks.yaml:10: webhooks\[2\].event_types: must name at least one/),
      'Nothing was done.',
      '',
    ])
    const json = await cli.run(['apply', path, '--yes', '--json'])
    expect(JSON.parse(json.err)).toMatchObject({
      error: { problems: [{ line: 8 }, { line: 9 }, { line: 10 }] },
    })
    expect(await webhooks()).toEqual([])
    expect(await cli.run(['apply', at('none.yaml')])).toMatchObject({ code: 2 })
  })

  it('takes the file from standard input', async () => {
    expect(await cli.run(['apply', '-', '--yes'], { input: two })).toMatchObject({ code: 0 })
    expect(await cli.run(['apply', '-'], { input: 'version: 3\nwebhooks: []' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('standard input:1: version: must be 1'),
    })
  })

  it('stops where an answer gets lost, and creates nothing twice when it is run again', async () => {
    const path = file(`${two}  - url: http://127.0.0.1:9/c\n    event_types: ['*']\n`)
    // In front of the API: it passes the second creation on and loses the answer.
    let creations = 0
    const front = createServer(async (request, response) => {
      const body = request.method === 'POST' ? await text(request) : undefined
      const { status, body: answer } = await server.api.call(request.method ?? '', request.url ?? '', body)
      if (body !== undefined) creations += 1
      if (creations === 2) return void request.socket.destroy()
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    const through = commandLineFor(`http://127.0.0.1:${portOf(front.address())}`, adminToken)
    const ran = await through.run(['apply', path, '--yes'])
    expect(ran.code).toBe(4)
    expect(ran.out).toMatch(
      /Created \S+ \S+\/a\n.*\nFailed to create \S+\/b: .*\n {2}if it was created, its signing secret is: whsec_.*\nNot tried: create \S+\/c\n$/,
    )
    expect(ran.err).toMatch(/1 of 3 steps done, 1 failed, 1 not tried. Run it again/)
    through.remove()
    front.close()

    const again = await cli.run(['apply', path, '--yes'])
    expect(again.out).toContain('1 to create, 0 to change, 2 unchanged.')
    expect(await webhooks()).toHaveLength(3)
  })

  it('creates nothing twice and loses no secret when it is killed and run again', async () => {
    const urls = Array.from({ length: 60 }, (_, number) => `http://127.0.0.1:9/${number}`)
    const entries = urls.map((url) => `  - {url: '${url}', event_types: [a:b]}`)
    const path = file(`version: 1\nwebhooks:\n${entries.join('\n')}\n`)
    const args = ['cli/start.js', 'apply', path, '--yes', '--secrets-file']
    const child = spawn(process.execPath, [...args, at('first.yaml')], {
      env: { OUTGOING_WEBHOOKS_URL: server.url, OUTGOING_WEBHOOKS_TOKEN: adminToken, HOME: cli.home },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    child.stdout.once('data', () => child.stdout.once('data', () => child.kill('SIGKILL')))
    await once(child, 'exit')
    const partly = (await webhooks()).length
    expect(partly).toBeGreaterThan(0)
    expect(partly).toBeLessThan(urls.length)

    const again = await cli.run(['apply', path, '--yes', '--secrets-file', at('second.yaml')])
    expect(again.out).toContain(`${urls.length - partly} to create, 0 to change, ${partly} unchanged.`)
    expect((await webhooks()).map(({ url }) => url).toReversed()).toEqual(urls)
    const kept = ['first.yaml', 'second.yaml'].flatMap((name) => parse(readFileSync(at(name), 'utf8')))
    expect(new Set(kept.map(({ url }) => url))).toEqual(new Set(urls))
  })

  it('applies the example, twice', async () => {
    const environment = { CI_WEBHOOK_SECRET: 'shared secret', CI_WEBHOOK_PASSWORD: 'pass' }
    const first = await cli.run(['apply', 'examples/webhooks.yaml', '--yes'], { environment })
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('3 to create') })
    const second = await cli.run(['apply', 'examples/webhooks.yaml'])
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^2 values not compared, .*\n0 to create, 0 to change, 3 unchanged.\n$/),
    })
  })
})

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
    await server.api.createWebhook(full)
    await server.api.createWebhook({ url: 'http://127.0.0.1:9/least' })
    await server.api.createWebhook({ url: 'http://127.0.0.1:9/least', description: 'the same URL' })
    for (const path of [at('all.yaml'), at('all.json')]) {
      expect(await cli.run(['export', path])).toMatchObject({
        code: 0,
        err: `3 webhooks written to ${path}.\n`,
      })
      expect(readFileSync(path, 'utf8')).not.toMatch(/header-value|pass-value|shared secret/)
      const applied = await cli.run(['apply', path, '--prune'])
      expect(applied).toMatchObject({ code: 0, out: '0 to create, 0 to change, 3 unchanged.\n' })
    }
    expect((await cli.run(['export'])).out).toBe(readFileSync(at('all.yaml'), 'utf8'))
    expect((await cli.run(['export', '--json'])).json()).toEqual(parse(readFileSync(at('all.yaml'), 'utf8')))
  })

  it('makes of a fresh server the same as the one that it is of', async () => {
    await server.api.createWebhook(full)
    await server.api.createWebhook({ url: 'http://127.0.0.1:9/least' })
    const exported = (await cli.run(['export'])).out
    const fresh = await startTestServer()
    const there = commandLineFor(fresh.url, adminToken)
    try {
      const refused = await there.run(['apply', '-', '--yes'], { input: exported })
      expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/says keep, but the server/) })
      expect(await webhooks(there)).toEqual([])

      const input = exported
        .replace('X-Team: { keep: true }', 'X-Team: { from_env: VALUE }')
        .replace('password: { keep: true }', 'password: { from_env: VALUE }')
      const args = ['apply', '-', '--yes', '--generate-secrets']
      const ran = await there.run(args, { input, environment: { VALUE: 'value' } })
      expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('2 to create') })
      expect(settings(await webhooks(there))).toEqual(settings(await webhooks()))
      const withoutIds = ['export', '--no-ids']
      expect((await there.run(withoutIds)).out).toBe((await cli.run(withoutIds)).out)
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
      await server.api.createWebhook({ url: `http://127.0.0.1:9/${number}` })
    const { webhooks: all } = parse((await cli.run(['export'])).out)
    expect(all.map(({ url }: { url: string }) => url)).toEqual(
      Array.from({ length: 205 }, (_, number) => `http://127.0.0.1:9/${number}`),
    )
  })

  it('says where it cannot write', async () => {
    const ran = await cli.run(['export', at('no/such/folder.yaml')])
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('cannot be written (ENOENT)') })
  })
})
