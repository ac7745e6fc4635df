import { createHmac } from 'node:crypto'
import * as z from 'zod'
import { ApiClient, type ApiReply } from './api-client.ts'
import { differences } from './openapi-check.ts'
import type { TestServer } from './server.ts'

const Row = z.looseObject({ id: z.string() })
const List = z.object({ data: z.array(Row), next_cursor: z.string().nullable() })

const Refusal = z.object({ errors: z.array(z.object({ field: z.string(), detail: z.string() })) })

/** What the API shows of one thing. */
export type Row = z.output<typeof Row>

/** The id in an answer that shows one thing. */
export function idOf({ body }: ApiReply): string {
  return Row.parse(body).id
}

/** A field of an answer, as text. */
export function textOf({ body }: ApiReply, field: string): string {
  return String(z.record(z.string(), z.unknown()).parse(body)[field])
}

/** The things in an answer that shows several. */
export function rowsOf({ body }: ApiReply): readonly Row[] {
  return z.object({ data: z.array(Row) }).parse(body).data
}

/** The fields that an answer finds fault with, in its order. */
export function badFieldsOf({ body }: ApiReply): readonly string[] {
  return Refusal.parse(body).errors.map(({ field }) => field)
}

/** Calls the API and holds every answer against the OpenAPI document. */
export class CheckedApi extends ApiClient {
  /** The text of all answers so far, those to the same API with other tokens included. */
  readonly answers: string[]

  constructor(url: string, token: string | undefined, answers: string[] = []) {
    super(url, token)
    this.answers = answers
  }

  override as(token: string | undefined): CheckedApi {
    return new CheckedApi(this.url, token, this.answers)
  }

  override async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiReply> {
    const reply = await super.call(method, path, body, headers)
    this.answers.push(JSON.stringify(reply.body) ?? '')
    const found = differences({ method, path, body: asJson(body) }, reply)
    if (found.length > 0) {
      const answer = `${method} ${path} → ${reply.status} ${JSON.stringify(reply.body)}`
      throw new Error(`Unlike the OpenAPI document: ${answer}\n${found.join('\n')}`)
    }
    return reply
  }

  override postAsSourcegraph(type: string, body: Uint8Array | string, secret: string): Promise<ApiReply> {
    return this.as(undefined).call('POST', '/events', body, {
      'content-type': 'application/json; charset=utf-8',
      'x-sourcegraph-webhook-event-type': type,
      'x-sourcegraph-webhook-signature': createHmac('sha256', secret).update(body).digest('hex'),
    })
  }

  /** What a GET shows. Rejects unless it is answered with 200. */
  async get(path: string): Promise<Row> {
    return Row.parse(await this.#found(path))
  }

  /** The first page of a list. */
  async list(path: string): Promise<readonly Row[]> {
    return List.parse(await this.#found(path)).data
  }

  /** All pages of a list, as the cursors lead from one to the next. */
  async pages(path: string): Promise<readonly (readonly Row[])[]> {
    const pages: (readonly Row[])[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = cursor === '' ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`
      const page = List.parse(await this.#found(`${path}${query}`))
      pages.push(page.data)
      cursor = page.next_cursor
    }
    return pages
  }

  async #found(path: string): Promise<unknown> {
    const { status, body } = await this.call('GET', path)
    if (status !== 200) throw new Error(`GET ${path} → ${status} ${JSON.stringify(body)}`)
    return body
  }
}

/** The API of a server with a token of all scopes, every answer checked. */
export async function checkedApi(server: TestServer): Promise<CheckedApi> {
  return new CheckedApi(server.url, await server.api.createToken(['admin', 'read', 'publish']))
}

/** A request's body as JSON; undefined when it is none. */
function asJson(body: unknown): unknown {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
