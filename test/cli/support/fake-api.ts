import { createServer, type IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { portOf } from '../../support/receiver.ts'

export interface ApiRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** An answer; `hangUp` ends the connection instead of one. */
export type ApiReply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'hangUp'

/** An API that answers as a test says, for what the real one does not do when it is asked. */
export async function startFakeApi(answer: (request: ApiRequest) => ApiReply) {
  const requests: ApiRequest[] = []
  const server = createServer(async (request, response) => {
    const text = (await buffer(request)).toString()
    const asked = {
      method: request.method ?? '',
      path: (request.url ?? '').split('?')[0] ?? '',
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
    requests.push(asked)
    const reply = answer(asked)
    if (reply === 'hangUp') {
      request.socket.destroy()
      return
    }
    response.writeHead(reply.status, reply.headers)
    response.end(
      typeof reply.body === 'string'
        ? reply.body
        : reply.body === undefined
          ? ''
          : JSON.stringify(reply.body),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    /** All requests so far, as `POST /path`. */
    asked: () => requests.map(({ method, path }) => `${method} ${path}`),
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type FakeApi = Awaited<ReturnType<typeof startFakeApi>>

/** A webhook as the API shows it. */
export function shownWebhook(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'whk_01kaqc3h5n8r2c4x',
    url: 'https://ci.example.com/hooks',
    description: '',
    event_types: ['*'],
    scope: {},
    header_names: [],
    previous_secret_expires_at: null,
    enabled: true,
    disabled_reason: null,
    disabled_at: null,
    retry_schedule: null,
    rate_limit: null,
    breaker: null,
    stats: { total: 0, errored: 0 },
    created_at: '2026-11-23T14:20:00.000Z',
    updated_at: '2026-11-23T14:20:00.000Z',
    ...overrides,
  }
}
