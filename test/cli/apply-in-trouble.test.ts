import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { portOf } from '../support/receiver.ts'
import { adminToken, startTestServer } from '../support/server.ts'
import { commandLineFor } from './support/command-line.ts'
import { ServedCommandLine, twoWebhooks } from './support/served-command-line.ts'

const served = new ServedCommandLine()

describe('apply, when something comes in between', () => {
  it('does not overwrite what was changed while it asked, and goes on with the rest', async () => {
    await served.cli.run(['apply', served.file(twoWebhooks), '--yes'])
    const [b, a] = await served.webhooks()
    const changed = served.file(twoWebhooks.replaceAll('[a:b]', '[c:d]'))
    const meanwhile = async () => {
      await served.server.api.call('PATCH', `/webhooks/${a?.id}`, { description: 'by another' })
      return true
    }
    const ran = await served.cli.run(['apply', changed], { answers: [meanwhile] })
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(new RegExp(`Failed to change ${a?.id} .* was changed by someone else.*again`))
    expect(ran.err).toContain('1 of 2 steps done, 1 failed.')
    expect(await served.webhooks()).toMatchObject([
      { id: b?.id, event_types: ['c:d'] },
      { id: a?.id, event_types: ['a:b'], description: 'by another' },
    ])
    const again = await served.cli.run(['apply', changed, '--yes'])
    expect(again.out).toContain('    description: "by another" → ""\n')
    expect(await served.webhooks()).toMatchObject([
      { event_types: ['c:d'] },
      { event_types: ['c:d'], description: '' },
    ])
  })

  it('deletes only with --prune, and not what was changed meanwhile', async () => {
    await served.cli.run(['apply', served.file(twoWebhooks), '--yes'])
    const [b] = await served.webhooks()
    const path = served.file(twoWebhooks.split('\n').slice(0, 4).join('\n'))
    const stays = await served.cli.run(['apply', path, '--yes'])
    expect(stays.out).toMatch(/^Not in the file, so they stay as they are:\n {2}whk_\S+ http/)
    const meanwhile = async () => {
      await served.server.api.call('PATCH', `/webhooks/${b?.id}`, { description: 'by another' })
      return true
    }
    expect(await served.cli.run(['apply', path, '--prune'], { answers: [meanwhile] })).toMatchObject({
      code: 1,
    })
    expect(await served.webhooks()).toHaveLength(2)
    const pruned = await served.cli.run(['apply', path, '--prune', '--yes'])
    expect(pruned).toMatchObject({ code: 0, out: expect.stringContaining(`Deleted ${b?.id}`) })
    expect(await served.webhooks()).toHaveLength(1)
  })

  it('stops where an answer gets lost, and creates nothing twice when it is run again', async () => {
    const path = served.file(`${twoWebhooks}  - url: http://127.0.0.1:9/c\n    event_types: ['*']\n`)
    // In front of the API: it passes the second creation on and loses the answer.
    let creations = 0
    const front = createServer(async (request, response) => {
      const body = request.method === 'POST' ? await text(request) : undefined
      const { status, body: answer } = await served.server.api.call(
        request.method ?? '',
        request.url ?? '',
        body,
      )
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

    const again = await served.cli.run(['apply', path, '--yes'])
    expect(again.out).toContain('1 to create, 0 to change, 2 unchanged.')
    expect(await served.webhooks()).toHaveLength(3)
  })

  it('creates nothing twice and loses no secret when it is killed and run again', async () => {
    const urls = Array.from({ length: 60 }, (_, number) => `http://127.0.0.1:9/${number}`)
    const entries = urls.map((url) => `  - {url: '${url}', event_types: [a:b]}`)
    const path = served.file(`version: 1\nwebhooks:\n${entries.join('\n')}\n`)
    const args = ['cli/start.js', 'apply', path, '--yes', '--secrets-file']
    const child = spawn(process.execPath, [...args, served.at('first.yaml')], {
      env: {
        OUTGOING_WEBHOOKS_URL: served.server.url,
        OUTGOING_WEBHOOKS_TOKEN: adminToken,
        HOME: served.cli.home,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    child.stdout.once('data', () => child.stdout.once('data', () => child.kill('SIGKILL')))
    await once(child, 'exit')
    const partly = (await served.webhooks()).length
    expect(partly).toBeGreaterThan(0)
    expect(partly).toBeLessThan(urls.length)

    const again = await served.cli.run(['apply', path, '--yes', '--secrets-file', served.at('second.yaml')])
    expect(again.out).toContain(`${urls.length - partly} to create, 0 to change, ${partly} unchanged.`)
    expect((await served.webhooks()).map(({ url }) => url).toReversed()).toEqual(urls)
    const kept = ['first.yaml', 'second.yaml'].flatMap((name) => parse(readFileSync(served.at(name), 'utf8')))
    expect(new Set(kept.map(({ url }) => url))).toEqual(new Set(urls))
  })

  it('goes on after what the server refuses, and says so for each', async () => {
    const strict = await startTestServer({ args: [] })
    const there = commandLineFor(strict.url, adminToken)
    try {
      const path = served.file(`version: 1
webhooks:
  - url: https://ports.example.com:1234/
    event_types: [a:b]
  - url: https://good.example.com/
    event_types: [a:b]
`)
      const ran = await there.run(['apply', path, '--yes'])
      expect(ran.code).toBe(1)
      expect(ran.out).toMatch(
        /Failed to create https:\/\/ports\S+: url: Port 1234 is not allowed here.*\nCreated whk_/,
      )
      expect(await served.webhooks(there)).toMatchObject([{ url: 'https://good.example.com/' }])
    } finally {
      there.remove()
      await strict.remove()
    }
  })
})
