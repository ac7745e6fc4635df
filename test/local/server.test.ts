import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, type IncomingMessage, request as startRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { portOf, startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'

it('answers at its stop what is under way, closes that connection, and takes nothing more', async () => {
  let release = () => {}
  const receiver = await startTestReceiver((_request, response) => {
    release = () => response.end('at last')
  })
  const server = await startTestServer()
  const webhookId = await server.api.createWebhook({ url: receiver.url })
  const token = await server.api.createToken(['admin', 'publish'])
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = (path: string, body: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` }
      startRequest(`${server.url}${path}`, { method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', () => resolve(response))
      })
        .on('error', reject)
        .end(body)
    })
  const underWay = post(`/webhooks/${webhookId}/test`, '{}')
  await receiver.arrived(1)
  const stopped = server.stop()
  release()
  const { statusCode, headers } = await underWay
  expect(statusCode).toBe(200)
  // A publisher that keeps its connection would else go on posting to a server that is about to end.
  const later = await post('/events', '{"type":"late:comer","payload":{}}').catch(() => undefined)
  agent.destroy()
  await stopped
  await receiver.close()
  await rm(server.dataDir, { recursive: true, force: true })
  expect(headers.connection).toBe('close')
  expect(later?.statusCode).toBeUndefined()
})

it('lets go of its folder when it cannot listen', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const dataDir = await mkdtemp(join(tmpdir(), 'webhooks-server-'))
  const args = ['--port', String(portOf(other.address()))]
  await expect(startTestServer({ dataDir, args })).rejects.toThrow('EADDRINUSE')
  const server = await startTestServer({ dataDir })
  expect((await server.api.call('GET', '/health')).status).toBe(200)
  await server.remove()
  other.close()
})
