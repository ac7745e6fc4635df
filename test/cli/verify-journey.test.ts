import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RawReceiver } from '../support/raw-receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

describe('a request of the running server, as it came over the wire', () => {
  let server: TestServer
  let cli: CommandLine
  beforeAll(async () => {
    server = await startTestServer()
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await server.remove()
  })

  it.each(['generated', 'given'])(
    'verifies with its secret, which was %s, and not once it is changed',
    async (kind) => {
      const tap = await RawReceiver.start({
        onRequest: (socket) =>
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
      })
      const given = kind === 'given' ? ['--secret-file', '-'] : []
      const create = ['webhooks', 'create', `${tap.url}/`, '--type', 'a:b', '--json', ...given]
      const created = await cli.run(create, { input: 'shared secret\n' })
      await cli.run(['webhooks', 'test', created.text('id')])
      await tap.close()
      const [{ head, body } = { head: '', body: Buffer.alloc(0) }] = tap.requests
      const environment = { WEBHOOK_SECRET: created.text('secret') }
      expect(await cli.run(['verify'], { input: `${head}\r\n\r\n${body}`, environment })).toMatchObject({
        code: 0,
      })

      const pretty = JSON.stringify(JSON.parse(body.toString()), null, 2)
      const spoiled = await cli.run(['verify'], { input: `${head}\r\n\r\n${pretty}`, environment })
      expect(spoiled).toMatchObject({
        code: 1,
        out: expect.stringContaining('parsed and written again as JSON'),
      })
      expect(spoiled.out).toContain('Content-Length says')
    },
  )
})
