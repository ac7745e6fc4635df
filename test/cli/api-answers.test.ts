import { afterEach, expect, it } from 'vitest'
import { type CommandLine, commandLineFor } from './support/command-line.ts'
import {
  type ApiReply,
  type ApiRequest,
  type FakeApi,
  shownWebhook,
  startFakeApi,
} from './support/fake-api.ts'

let api: FakeApi | undefined
let cli: CommandLine | undefined

afterEach(async () => {
  cli?.remove()
  await api?.close()
})

async function against(answer: (request: ApiRequest, count: number) => ApiReply) {
  let count = 0
  api = await startFakeApi((request) => answer(request, ++count))
  cli = commandLineFor(api.url, 'the-token-of-this-test')
  return { api, cli }
}

const unavailable = {
  status: 503,
  body: { detail: 'Send the same request again.' },
  headers: { 'retry-after': '2' },
}
const page = { status: 200, body: { data: [], next_cursor: null } }

it('asks again for what may be asked twice when the API says: not now', async () => {
  const { cli, api } = await against((_request, count) => (count < 3 ? unavailable : page))
  expect(await cli.run(['webhooks', 'list'], { pauseMs: 1 })).toMatchObject({ code: 0 })
  expect(api.requests).toHaveLength(3)
})

it('gives up after three times, with exit code 4', async () => {
  const { cli, api } = await against(() => unavailable)
  const ran = await cli.run(['webhooks', 'list'], { pauseMs: 1 })
  expect(ran).toMatchObject({ code: 4, err: 'Send the same request again.\n' })
  expect(api.requests).toHaveLength(3)
})

it('sends a redelivery once, and says that it is not known what became of it when the answer gets lost', async () => {
  const { cli, api } = await against(() => 'hangUp')
  const ran = await cli.run(['deliveries', 'redeliver', 'dlv_x'], { pauseMs: 1 })
  expect(ran).toMatchObject({ code: 4, err: expect.stringContaining('Whether it was done is not known') })
  expect(api.requests).toHaveLength(1)
})

it('says with which key an event may be sent again when the answer gets lost', async () => {
  const { cli } = await against(() => 'hangUp')
  const ran = await cli.run(['events', 'publish', 'a:b', '--key', 'the-key'], { input: '{}' })
  expect(ran).toMatchObject({ code: 4, err: expect.stringContaining('--key the-key') })
})

it('sends a redelivery once that the API cannot take now', async () => {
  const { cli, api } = await against(() => unavailable)
  expect(await cli.run(['deliveries', 'redeliver', 'dlv_x'], { pauseMs: 1 })).toMatchObject({ code: 4 })
  expect(api.requests).toHaveLength(1)
})

it('follows no redirect, so that the token goes nowhere else', async () => {
  const { cli, api } = await against(() => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } }))
  const ran = await cli.run(['webhooks', 'list'])
  expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('points to http://127.0.0.1:1/') })
  expect(api.requests).toHaveLength(1)
})

it.each([
  ['a page of something else', { status: 200, body: '<html>' }, 3],
  ['JSON of something else', { status: 200, body: { hello: 1 } }, 3],
  ["a proxy's page", { status: 404, body: '<html>' }, 3],
  ["a proxy's own fault", { status: 502, body: '<html>' }, 4],
])('does not take %s for an answer', async (_what, reply, code) => {
  const { cli } = await against(() => reply)
  expect(await cli.run(['webhooks', 'list'], { pauseMs: 1 })).toMatchObject({ code, out: '' })
})

it('sends If-Match with what was confirmed, so that a rotation is not done twice over a change', async () => {
  const { cli, api } = await against(({ method }) =>
    method === 'GET'
      ? { status: 200, body: shownWebhook(), headers: { etag: '"7"' } }
      : { status: 200, body: { ...shownWebhook(), secret: 'whsec_eA==' } },
  )
  await cli.run(['webhooks', 'rotate-secret', 'whk_01kaqc3h5n8r2c4x', '--leaked', '--yes'])
  expect(api.requests.at(-1)).toMatchObject({ headers: { 'if-match': '"7"' }, body: { overlap: '0s' } })
})

it('prints errors as JSON where that is asked, and never the token', async () => {
  const problem = { type: 'about:blank', status: 403, code: 'forbidden', title: 'Not allowed', detail: 'No.' }
  const { cli } = await against(() => ({ status: 403, body: problem }))
  const { code, err, out } = await cli.run(['webhooks', 'list', '--json'])
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(JSON.parse(err)).toEqual({ error: { ...problem, exit_code: 3 } })
  expect(err).not.toContain('the-token-of-this-test')
})
