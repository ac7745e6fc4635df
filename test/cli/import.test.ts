import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'
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

const encoded = (id: string) => Buffer.from(id).toString('base64')
const listed = (number: number, url: string, ...eventTypes: readonly string[]) => ({
  id: encoded(`OutboundWebhook:${number}`),
  url,
  eventTypes: eventTypes.map((eventType) => ({ eventType, scope: null })),
})
const urls = ['http://127.0.0.1:9/ci', 'http://127.0.0.1:9/chat'] as const
const nodes = [
  listed(1, urls[0], 'batch_change:apply', 'changeset:publish'),
  listed(2, urls[1], 'changeset:merge_queued'),
]

const file = (value: unknown, name = 'listing.json') => {
  const path = join(cli.home, name)
  writeFileSync(path, JSON.stringify(value, null, 2))
  return path
}
/** As the API of an instance answers the query. */
const answer = (...more: readonly object[]) => {
  const all = [...nodes, ...more]
  const outboundWebhooks = { nodes: all, totalCount: all.length, pageInfo: { hasNextPage: false } }
  return file({ data: { outboundWebhooks } })
}
const webhooks = async () => (await cli.run(['webhooks', 'list', '--json'])).data().toReversed()

describe('import', () => {
  it('prints the query that it wants the answer of', async () => {
    const { out, code } = await cli.run(['import', '--print-query'])
    expect(code).toBe(0)
    expect(out).toMatch(/outboundWebhooks\(first: 1000\)[\s\S]*eventTypes \{\s*eventType\s*scope/)
    // As JSON it is the body of the request.
    expect((await cli.run(['import', '--print-query', '--json'])).json()).toEqual({ query: out })
    expect(await cli.run(['import'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--print-query'),
    })
  })

  it('shows what it would create, and creates nothing, in a dry run', async () => {
    const ran = await cli.run(['import', answer(), '--dry-run'])
    expect(ran.code).toBe(10)
    expect(ran.out).toBe(`\
+ create ${urls[0]}
    event_types: batch_change:apply changeset:publish
    secret: asked for
+ create ${urls[1]}
    event_types: changeset:merge_queued
    secret: asked for

2 to create, 0 to change, 0 unchanged.
`)
    expect(ran.err).toContain('changeset:merge_queued is an event type that this version does not know')
    expect(await webhooks()).toEqual([])
  })

  it('asks for each secret, and says what is left to do', async () => {
    const ran = await cli.run(['import', answer()], { answers: [true, 'first secret', 'second secret'] })
    expect(ran.code).toBe(0)
    expect(cli.questions.slice(1)).toEqual(urls.map((url) => `Signing secret that ${url} has:`))
    expect(ran.out + ran.err).not.toMatch(/first secret|second secret/)
    expect(ran.err).toMatch(/1\. Create a source[\s\S]*2\. In Sourcegraph[\s\S]*\/events[\s\S]*3\. Once/)
    expect(await webhooks()).toMatchObject([
      { url: urls[0], event_types: ['batch_change:apply', 'changeset:publish'], scope: {} },
      { url: urls[1], event_types: ['changeset:merge_queued'] },
    ])
  })

  it('refuses what cannot be a secret, before anything is created', async () => {
    const ran = await cli.run(['import', answer()], { answers: [true, 'good', ''] })
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was done') })
    expect(await webhooks()).toEqual([])
  })

  it('leaves a receiver that checks the signature none the wiser', async () => {
    const receiver = await startTestReceiver()
    try {
      const secrets = file(
        [{ id: '3', from_env: 'OLD' }, ...urls.map((url) => ({ url, secret: 's' }))],
        's.json',
      )
      const path = answer(listed(3, `${receiver.url}/`, 'batch_change:apply'))
      const args = ['import', path, '--yes', '--secrets-from', secrets]
      expect(await cli.run(args)).toMatchObject({ code: 2, err: expect.stringContaining('OLD') })
      expect(await cli.run(args, { environment: { OLD: 'A1B2C3D4E5F6' } })).toMatchObject({ code: 0 })
      await server.api.createSource('of the source')
      const body = readFileSync('examples/batch-change.json')
      await server.api.postAsSourcegraph('batch_change:apply', body, 'of the source')
      await until(() => receiver.requests.length > 0)
      // docs/sourcegraph.md §1
      expect(receiver.requests[0]?.headers['x-sourcegraph-webhook-signature']).toBe(
        '05ac4dcf6aeef364fbeb0748099ed99e04b2bbbb485557244f9d5016f557adf5',
      )
    } finally {
      await receiver.close()
    }
  })

  it('changes nothing when it is run again, nor what was set here', async () => {
    await cli.run(['import', answer(), '--yes', '--generate-secrets'])
    const [first] = await webhooks()
    await cli.run(['webhooks', 'edit', String(first?.id), '--description', 'mine', '--rate-limit', '5'])
    const again = await cli.run(['import', answer()])
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 to create, 0 to change, 2 unchanged.'),
    })
    expect(await webhooks()).toMatchObject([{ description: 'mine', rate_limit: 5 }, {}])
  })

  it('follows what was changed in Sourcegraph since', async () => {
    await cli.run(['import', answer(), '--yes', '--generate-secrets'])
    const changed = { ...listed(1, urls[0], 'changeset:publish') }
    const ran = await cli.run(['import', file({ outboundWebhooks: { nodes: [changed] } }), '--yes'])
    expect(ran.out).toContain('    event_types: -batch_change:apply\n')
    expect(ran.out).toContain(`Not in the file, so they stay as they are:`)
  })

  it('needs to be told of secrets where nobody is there to be asked', async () => {
    const ran = await cli.run(['import', answer(), '--yes'])
    expect(ran.code).toBe(2)
    expect(ran.err.match(/nobody is here to be asked/g)).toHaveLength(2)
    expect(ran.err).toContain('listing.json:5: data.outboundWebhooks.nodes[0]: The signing')
  })

  it('makes secrets, and writes them where it reads them', async () => {
    const made = join(cli.home, 'made.yaml')
    const ran = await cli.run(['import', answer(), '--yes', '--generate-secrets', '--secrets-file', made])
    expect(ran.code).toBe(0)
    for (const { id } of await webhooks()) await cli.run(['webhooks', 'delete', String(id), '--yes'])
    const again = await cli.run(['import', answer(), '--yes', '--secrets-from', made])
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('secret: from the file of secrets') })
  })

  it('does not take the instance’s own webhook to this service, and names it in what is left to do', async () => {
    const own = listed(9, `${server.url}/events`, 'batch_change:apply')
    const ran = await cli.run(['import', answer(own), '--yes', '--generate-secrets'])
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('has a webhook that posts to') })
    expect(await webhooks()).toHaveLength(2)
  })

  it('says what it leaves out, until it is told to', async () => {
    const odd = { ...listed(8, 'http://127.0.0.1:9/odd'), eventTypes: [{ eventType: 'a:b', scope: 'odd' }] }
    const args = ['import', answer(odd), '--yes', '--generate-secrets']
    const ran = await cli.run(args)
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringContaining('Left out: http://127.0.0.1:9/odd: its scope'),
    })
    expect(await webhooks()).toHaveLength(2)
    expect(await cli.run([...args, '--except', odd.url])).toMatchObject({ code: 0 })
  })

  it('does not use secrets that stand in the listing', async () => {
    const withSecrets = { outboundWebhooks: { nodes: [{ ...nodes[0], secret: 'in the clear' }] } }
    const ran = await cli.run(['import', file(withSecrets), '--yes'])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('The listing holds secrets. They are not taken from there')
    expect(ran.err).not.toContain('in the clear')
  })

  it('refuses a page of a longer listing', async () => {
    const page = { outboundWebhooks: { nodes, totalCount: 60 } }
    const ran = await cli.run(['import', file(page), '--yes', '--generate-secrets'])
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('holds 2 of 60 webhooks') })
    expect(await webhooks()).toEqual([])
  })
})
