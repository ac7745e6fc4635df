import { createHmac } from 'node:crypto'
import * as z from 'zod'

export interface ApiReply {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the answer; undefined when it has no body. */
  readonly body: unknown
}

const Id = z.object({ id: z.string() })
const DeliveryPage = z.object({
  data: z.array(
    z.object({ id: z.string(), event_id: z.string(), status: z.string(), attempt_count: z.number() }),
  ),
  next_cursor: z.string().nullable(),
})

/** Calls the API as its users do: over HTTP, with a token. */
export class ApiClient {
  readonly url: string
  readonly #token: string | undefined

  constructor(url: string, token: string | undefined) {
    this.url = url
    this.#token = token
  }

  /** The same API with another token, or none. */
  as(token: string | undefined): ApiClient {
    return new ApiClient(this.url, token)
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiReply> {
    const raw = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : undefined
    const sent = raw ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)))
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const text = await response.text()
    const parsed: unknown = text === '' ? undefined : JSON.parse(text)
    return { status: response.status, headers: response.headers, body: parsed }
  }

  /** What a page holds that is no JSON. Rejects when it is refused. */
  async text(path: string): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    })
    if (!response.ok) throw new Error(`${path} was refused: ${await response.text()}`)
    return response.text()
  }

  /** Creates a webhook; resolves with its id. Rejects when it is refused. */
  async createWebhook(webhook: Readonly<Record<string, unknown>>): Promise<string> {
    const reply = await this.call('POST', '/webhooks', { event_types: ['*'], ...webhook })
    if (reply.status !== 201) throw new Error(`The webhook was refused: ${JSON.stringify(reply.body)}`)
    return Id.parse(reply.body).id
  }

  /** Creates a source with that secret; resolves with its id. */
  async createSource(secret: string): Promise<string> {
    return Id.parse((await this.call('POST', '/sources', { name: 'a Sourcegraph', secret })).body).id
  }

  /** Creates a token; resolves with the token itself. */
  async createToken(scopes: readonly string[], expiresAt?: string): Promise<string> {
    const reply = await this.call('POST', '/tokens', { name: 'a token', scopes, expires_at: expiresAt })
    return z.object({ token: z.string() }).parse(reply.body).token
  }

  /** Posts an event as a publisher with a token; resolves with its id. Rejects when it is refused. */
  async publish(type: string, payload: unknown): Promise<string> {
    const reply = await this.call('POST', '/events', { type, payload })
    if (reply.status !== 202) throw new Error(`The event was refused: ${JSON.stringify(reply.body)}`)
    return Id.parse(reply.body).id
  }

  /** Posts an event exactly as a Sourcegraph instance does. */
  postAsSourcegraph(type: string, body: Uint8Array | string, secret: string): Promise<ApiReply> {
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return new ApiClient(this.url, undefined).call('POST', '/events', body, {
      'content-type': 'application/json; charset=utf-8',
      'x-sourcegraph-webhook-event-type': type,
      'x-sourcegraph-webhook-signature': signature,
    })
  }

  /** A webhook's log, newest first. */
  async deliveries(webhookId: string, query = '') {
    const reply = await this.call('GET', `/webhooks/${webhookId}/deliveries${query}`)
    return DeliveryPage.parse(reply.body).data
  }
}
