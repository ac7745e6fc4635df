import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it reached the receiver. */
export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export interface TestReceiver {
  readonly url: string
  /** All requests so far, in order of arrival. */
  readonly requests: readonly ReceivedRequest[]
  /** Resolves once `count` requests have arrived, with all so far. */
  arrived(count: number): Promise<readonly ReceivedRequest[]>
  close(): Promise<void>
}

/** Answers a request; `count` is how many with the same `webhook-id` have come, this one included. */
export type Answer = (request: ReceivedRequest, response: ServerResponse, count: number) => void

const ok: Answer = (_request, response) => response.end('ok')

/** A real HTTP receiver on a free port of the loopback address. */
export async function startTestReceiver(answer: Answer = ok): Promise<TestReceiver> {
  const requests: ReceivedRequest[] = []
  const counts = new Map<string, number>()
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers, rawHeaders } = request
      const received = { path: url, headers, rawHeaders, body: Buffer.concat(chunks) }
      const id = String(headers['webhook-id'])
      const count = (counts.get(id) ?? 0) + 1
      counts.set(id, count)
      requests.push(received)
      answer(received, response, count)
      for (const wait of waiting) if (requests.length >= wait.count) wait.resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    arrived: async (count) => {
      if (requests.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }))
      return requests
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The port that a server listens on. */
export function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('The server does not listen.')
  return address.port
}
