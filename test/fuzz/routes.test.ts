import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { operations } from './document.ts'
import { Draw } from './draw.ts'
import { faultsOf } from './judge.ts'
import { Known } from './known.ts'
import { aRequestOf, type FuzzRequest } from './requests.ts'
import { send } from './send.ts'

const count = Number(process.env.FUZZ_REQUESTS ?? 9_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
const lanes = 8
const mostWebhooks = 6

describe('the API, asked anything', () => {
  let server: TestServer
  let receiver: TestReceiver
  let token: string
  const agent = new Agent({ keepAlive: true, maxSockets: lanes })
  let known: Known
  const statuses = new Map<string, Set<number>>()

  beforeAll(async () => {
    receiver = await startTestReceiver()
    const port = new URL(receiver.url).port
    const network = ['--allow-http', '--allow-network', '127.0.0.0/8', '--allow-port', port]
    server = await startTestServer({ args: [...network, '--retry-schedule', '0s'] })
    token = await server.api.createToken(['admin', 'read', 'publish'])
    const tokens = await server.api.call('GET', '/tokens')
    known = new Known(rowsOf(tokens).map(({ id }) => id))
    known.secrets.add(token)
  })

  afterAll(async () => {
    agent.destroy()
    await server.remove()
    await receiver.close()
  })

  /** One request and its answer, which must have no fault; what it made is kept few. */
  async function ask(request: FuzzRequest): Promise<void> {
    const port = Number(new URL(server.url).port)
    const reply = await send(request, { port, agent })
    const faults = faultsOf(request, reply, {
      secrets: known.secrets,
      places: [server.dataDir, process.cwd()],
    })
    const seen = statuses.get(request.operationId) ?? new Set()
    statuses.set(request.operationId, seen.add(reply.status))
    if (faults.length > 0)
      throw new Error([told(request), reply.status, reply.text.slice(0, 2_000), ...faults].join('\n'))
    if (reply.status === 204) known.forget(request.target.split('/')[2] ?? '')
    if (reply.status < 300 && reply.text !== '')
      known.learn(JSON.parse(reply.text), reply.headers.get('etag'))
  }

  async function lane(draw: Draw, requests: number): Promise<void> {
    for (let sent = 0; sent < requests; sent++) {
      await ask(aRequestOf({ draw, known, token, receiverUrl: receiver.url }))
      for (const id of known.ids('whk_').slice(0, -mostWebhooks)) {
        const headers = ['Host', 'localhost', 'Authorization', `Bearer ${token}`]
        await ask({
          operationId: 'deleteWebhook',
          method: 'DELETE',
          target: `/webhooks/${id}`,
          headers,
          body: undefined,
        })
        known.forget(id)
      }
    }
  }

  it(`answers ${count} requests without a fault (FUZZ_SEED=${seed})`, {
    timeout: 30_000 + count * 20,
  }, async () => {
    await Promise.all(
      Array.from({ length: lanes }, (_, nth) => lane(new Draw(seed + nth), Math.ceil(count / lanes))),
    )
    expect(server.logged).toEqual([])
    // A fuzzer that is always refused tries nothing.
    const tried = operations.map(({ operationId }) => [operationId, [...(statuses.get(operationId) ?? [])]])
    expect(tried).toEqual(
      operations.map(({ operationId, successes }) => [operationId, expect.arrayContaining([...successes])]),
    )
  })
})

function told({ method, target, headers, body }: FuzzRequest): string {
  return [
    `${method} ${target.slice(0, 500)}`,
    JSON.stringify(headers).slice(0, 1_000),
    String(body).slice(0, 1_000),
  ].join('\n')
}
