import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commandLineFor } from './support/command-line.ts'
import { ServedCommandLine, twoWebhooks } from './support/served-command-line.ts'

const served = new ServedCommandLine()

describe('apply', () => {
  it('shows what it will do, asks, does it, and then has nothing to do', async () => {
    const path = served.file(twoWebhooks)
    const first = await served.cli.run(['apply', path], { answers: [true] })
    expect(first.code).toBe(0)
    expect(first.out).toMatch(
      /^\+ create http:\/\/127.0.0.1:9\/a\n {4}event_types: a:b\n {4}secret: made now/,
    )
    expect(first.out).toMatch(/\n2 to create, 0 to change, 0 unchanged.\nCreated whk_\S+ http/)
    expect(first.out.match(/ {2}signing secret, shown this once: whsec_\S{44}\n/g)).toHaveLength(2)
    expect(served.cli.questions).toEqual([`Do this at ${served.server.url}?`])
    expect(await served.webhooks()).toHaveLength(2)

    const again = await served.cli.run(['apply', path])
    expect(again).toMatchObject({ code: 0, out: '0 to create, 0 to change, 2 unchanged.\n', err: '' })
  })

  it('does nothing without a yes', async () => {
    const path = served.file(twoWebhooks)
    expect(await served.cli.run(['apply', path])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes'),
    })
    expect(await served.cli.run(['apply', path], { answers: [false] })).toMatchObject({ code: 1 })
    expect(await served.webhooks()).toEqual([])
  })

  it('shows what it asks about also where results are JSON', async () => {
    const ran = await served.cli.run(['apply', served.file(twoWebhooks), '--json'], { answers: [true] })
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('+ create http://127.0.0.1:9/a') })
    expect(ran.json()).toMatchObject({ outcomes: [{ outcome: 'done', secret: expect.any(String) }, {}] })
  })

  it('changes nothing in a dry run, and says by its exit code that there is something to do', async () => {
    const path = served.file(twoWebhooks)
    const dry = await served.cli.run(['apply', path, '--dry-run', '--json'])
    expect(dry.code).toBe(10)
    expect(dry.json()).toMatchObject({ dry_run: true, to_create: 2, steps: [{ action: 'create' }, {}] })
    expect(await served.webhooks()).toEqual([])
    await served.cli.run(['apply', path, '--yes'])
    expect(await served.cli.run(['apply', path, '--dry-run'])).toMatchObject({ code: 0 })
  })

  it('works as the secret that it shows says', async () => {
    const ran = await served.cli.run(['apply', served.file(twoWebhooks), '--yes', '--json'])
    const { outcomes } = JSON.parse(ran.out)
    const rotated = await served.server.api.call('POST', `/webhooks/${outcomes[0].id}/rotate-secret`, {
      secret: outcomes[0].secret,
      overlap: '0s',
    })
    expect(rotated).toMatchObject({ status: 200, body: { secret: outcomes[0].secret } })
  })

  it('needs no more than a token that may read, in a dry run', async () => {
    const reader = commandLineFor(served.server.url, await served.server.api.createToken(['read']))
    expect(await reader.run(['apply', served.file(twoWebhooks), '--dry-run'])).toMatchObject({ code: 10 })
    const ran = await reader.run(['apply', served.file(twoWebhooks), '--yes'])
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('0 of 2 steps done, 2 failed') })
    reader.remove()
  })

  it('writes the secrets that it makes to a file for its owner alone, never over another', async () => {
    const path = served.file(twoWebhooks)
    const ran = await served.cli.run(['apply', path, '--yes', '--secrets-file', served.at('new.yaml')])
    expect(ran).toMatchObject({ code: 0, err: `The new secrets are in ${served.at('new.yaml')}.\n` })
    expect(ran.out).not.toContain('whsec_')
    expect(statSync(served.at('new.yaml')).mode & 0o777).toBe(0o600)
    expect(parse(readFileSync(served.at('new.yaml'), 'utf8'))).toEqual(
      ['a', 'b'].map((name) => ({
        url: `http://127.0.0.1:9/${name}`,
        secret: expect.stringMatching(/^whsec_\S{44}$/),
      })),
    )
    const third = served.file(`${twoWebhooks}  - url: http://127.0.0.1:9/c\n    event_types: ['*']\n`)
    const refused = await served.cli.run(['apply', third, '--yes', '--secrets-file', served.at('new.yaml')])
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('is there already') })
    expect(await served.webhooks()).toHaveLength(2)
  })

  it('takes secrets, headers and passwords from the environment, and shows none of them', async () => {
    const path = served.file(`version: 1
webhooks:
  - url: http://127.0.0.1:9/a
    event_types: [a:b]
    secret: {from_env: S}
    headers: {X-Team: {from_env: H}}
    auth: {type: basic, username: me, password: {from_env: P}}
`)
    const dry = await served.cli.run(['apply', path, '--dry-run'])
    expect(dry).toMatchObject({
      code: 10,
      err: expect.stringMatching(/^(?:[HPS] is not set here.*\n){3}This was/),
    })
    const missing = await served.cli.run(['apply', path, '--yes'])
    expect(missing.code).toBe(2)
    expect(missing.err).toMatch(
      /webhooks.yaml:6: webhooks\[0\].headers.X-Team: is to come from H, .*\n.*:7: .*P, /,
    )
    const environment = { S: 'shared secret', H: 'header-value', P: 'pass-value' }
    const ran = await served.cli.run(['apply', path, '--yes'], { environment })
    expect(ran.code).toBe(0)
    for (const value of Object.values(environment)) expect(ran.out + ran.err).not.toContain(value)
    expect(await served.webhooks()).toMatchObject([
      { header_names: ['X-Team'], auth: { type: 'basic', username: 'me' } },
    ])
    expect(await served.cli.run(['apply', path])).toMatchObject({ code: 0 })
    const again = await served.cli.run(['apply', path, '--yes', '--write-values'], { environment })
    expect(again.out).toContain('headers.X-Team: written again (not shown)')
  })

  it('tells all problems of a file with their lines, and does nothing', async () => {
    const path = served.file(`${twoWebhooks}    colour: red\n  - url: nonsense\n    event_types: []\n`)
    const ran = await served.cli.run(['apply', path, '--yes'])
    expect(ran.code).toBe(2)
    expect(ran.err.split('\n')).toEqual([
      expect.stringMatching(/webhooks.yaml:8: webhooks\[1\].colour: is not a field that can be set/),
      expect.stringMatching(/webhooks.yaml:9: webhooks\[2\].url: Write a full URL/),
      expect.stringMatching(/webhooks.yaml:10: webhooks\[2\].event_types: must name at least one/),
      'Nothing was done.',
      '',
    ])
    const json = await served.cli.run(['apply', path, '--yes', '--json'])
    expect(JSON.parse(json.err)).toMatchObject({
      error: { problems: [{ line: 8 }, { line: 9 }, { line: 10 }] },
    })
    expect(await served.webhooks()).toEqual([])
    expect(await served.cli.run(['apply', served.at('none.yaml')])).toMatchObject({ code: 2 })
  })

  it('takes the file from standard input', async () => {
    expect(await served.cli.run(['apply', '-', '--yes'], { input: twoWebhooks })).toMatchObject({ code: 0 })
    expect(await served.cli.run(['apply', '-'], { input: 'version: 3\nwebhooks: []' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('standard input:1: version: must be 1'),
    })
  })

  it('applies the example, twice', async () => {
    const environment = { CI_WEBHOOK_SECRET: 'shared secret', CI_WEBHOOK_PASSWORD: 'pass' }
    const first = await served.cli.run(['apply', 'examples/webhooks.yaml', '--yes'], { environment })
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('3 to create') })
    const second = await served.cli.run(['apply', 'examples/webhooks.yaml'])
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^2 values not compared, .*\n0 to create, 0 to change, 3 unchanged.\n$/),
    })
  })
})
