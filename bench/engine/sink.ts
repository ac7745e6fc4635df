// Takes webhook requests over TLS with as little work as can be done: it reads no header but the length, so that it is
// not what limits those who are measured.
import { randomBytes } from 'node:crypto'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { urlOf } from '../../local/url-of.ts'
import { TestAuthority } from '../../test/support/certificates.ts'
import { cpuSeconds } from '../cpu.ts'
import { SinkCommand } from './messages.ts'

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 09:30:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok',
)
const authority = new TestAuthority('Authority of the bench')
const servers: Server[] = []
const sockets = new Set<TLSSocket>()
let requests = 0
let connections = 0
let firstHangs = false

function take(socket: TLSSocket, mayAnswer: () => boolean): void {
  let head = ''
  let bodyLeft = 0
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (bodyLeft === 0) {
        const before = head.length
        head += chunk.toString('latin1', at)
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        at += end + 4 - before
        bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        head = ''
      }
      const taken = Math.min(bodyLeft, chunk.length - at)
      bodyLeft -= taken
      at += taken
      if (bodyLeft > 0) return
      requests++
      if (mayAnswer()) socket.write(answer)
    }
  })
}

async function listen(hosts: number): Promise<{ urls: string[]; authority: string }> {
  for (let nth = 0; nth < hosts; nth++) {
    const server = createServer({ ...authority.issue({ names: ['127.0.0.1'] }), ALPNProtocols: ['http/1.1'] })
    server.on('secureConnection', (socket) => {
      connections++
      sockets.add(socket.setNoDelay(true).on('error', () => {}))
      socket.once('close', () => sockets.delete(socket))
      take(socket, () => nth > 0 || !firstHangs)
    })
    await new Promise<void>((resolve) =>
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, resolve),
    )
    servers.push(server)
  }
  const urls = servers.map(
    (server) => `${urlOf(server.address(), '127.0.0.1').replace('http:', 'https:')}/hook`,
  )
  return { urls, authority: authority.certificate }
}

/** A new receiver knows nobody's sessions: without this a client that keeps tickets would be spared a whole handshake. */
function forget(): void {
  for (const server of servers) server.setTicketKeys(randomBytes(48))
  for (const socket of sockets) socket.destroy()
}

process.on('disconnect', () => process.exit())
process.on('message', async (message: unknown) => {
  const command = SinkCommand.parse(message)
  if (command.kind === 'listen') {
    process.send?.(await listen(command.hosts))
    return
  }
  if (command.kind === 'forget') forget()
  if (command.kind === 'hang') firstHangs = command.first
  process.send?.({ requests, connections, cpuSeconds: cpuSeconds() })
})
