import * as z from 'zod'
import type { Connection } from './connection.ts'
import { Refused, Unreachable } from './errors.ts'
import { whyUnreachable } from './failure-words.ts'
import type { Terminal } from './terminal.ts'

export interface Answer {
  readonly status: number
  /** The JSON of the answer; undefined when it has no body. */
  readonly body: unknown
  readonly etag: string | undefined
}

export interface Call {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON; a Buffer as it is. */
  readonly body?: unknown
  readonly ifMatch?: string | undefined
  /** Whether it may be sent again after a 503, a 429 or a lost answer: a GET always, others when doing it twice is doing it once. */
  readonly repeatable?: boolean
}

const Problem = z.looseObject({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
})
const Page = z.object({ data: z.array(z.unknown()), next_cursor: z.string().nullable() })

// Longer than API Gateway's 29 s.
const timeoutMs = 35_000
const tries = 3
const largestPage = 100

/** The API with a token. Answers other than 2xx are thrown. */
export class Api {
  readonly url: string
  readonly #token: string
  readonly #terminal: Terminal

  /** @throws Unreachable when the connection has no token. */
  constructor({ url, token, profile }: Connection, terminal: Terminal) {
    if (token === undefined)
      throw new Unreachable(
        `Not logged in at ${url} (profile ${profile}). Run "outgoing-webhooks login", or set OUTGOING_WEBHOOKS_URL and OUTGOING_WEBHOOKS_TOKEN.`,
      )
    this.url = url
    this.#token = token
    this.#terminal = terminal
  }

  /**
   * One call; `path` begins with a slash.
   * @throws Refused with the API's words; Unreachable when no answer came, or one that says: not now.
   */
  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const repeatable = call.repeatable ?? method === 'GET'
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(method, path, { ...call, repeatable })
      } catch (error) {
        const retryAfterMs = error instanceof NotNow ? error.retryAfterMs : undefined
        if (!repeatable || retryAfterMs === undefined || attempt === tries) throw error
        await this.#terminal.pause(retryAfterMs)
      }
    }
  }

  /** GETs one thing. */
  async get<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    query: Call['query'] = {},
  ): Promise<z.output<Schema>> {
    return parsed(schema, (await this.call('GET', path, { query })).body)
  }

  /** A list's items, newest first, at most `limit`. */
  async list<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    { query = {}, limit = Number.POSITIVE_INFINITY }: { query?: Call['query']; limit?: number } = {},
  ): Promise<z.output<Schema>[]> {
    const items: z.output<Schema>[] = []
    for await (const page of this.pages(path, schema, { ...query, limit: Math.min(limit, largestPage) })) {
      items.push(...page)
      if (items.length >= limit) break
    }
    return items.slice(0, limit)
  }

  /** A list, page by page. */
  async *pages<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    query: Call['query'] = {},
  ): AsyncGenerator<z.output<Schema>[]> {
    for (let cursor: string | undefined; ; ) {
      const { body } = await this.call('GET', path, { query: { limit: largestPage, ...query, cursor } })
      const { data, next_cursor } = parsed(Page, body)
      yield data.map((item) => parsed(schema, item))
      if (next_cursor === null) return
      cursor = next_cursor
    }
  }

  async #once(
    method: string,
    path: string,
    { query = {}, body, ifMatch, repeatable }: Call,
  ): Promise<Answer> {
    const url = new URL(`${this.url}${path}`)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const sent = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
    try {
      const response = await fetch(url, {
        method,
        // The token goes nowhere else, whatever the answer says.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        },
        ...(sent === undefined ? {} : { body: Buffer.from(sent) }),
      })
      const text = await response.text()
      return this.#judged(response, text)
    } catch (error) {
      if (error instanceof Refused || error instanceof Unreachable) throw error
      throw new Unreachable(whyUnreachable(error, this.url, { mayBeDone: repeatable !== true }), {
        cause: error,
      })
    }
  }

  #judged(response: Response, text: string): Answer {
    const body = jsonOf(text)
    const { status, headers } = response
    if (response.ok && (text === '' || body !== undefined))
      return { status, body, etag: headers.get('etag') ?? undefined }
    const { data: problem } = Problem.safeParse(body)
    const location = headers.get('location')
    const words =
      problem?.detail ??
      (location === null
        ? `${this.url} answered ${status} with something that is not from this API. Is the address right?`
        : `${this.url} answered ${status} and points to ${location}. Log in at the address that it should be.`)
    if (status === 401) throw new Unreachable(`${words} Log in again: outgoing-webhooks login.`)
    if ([429, 502, 503, 504].includes(status)) {
      const seconds = Number(headers.get('retry-after') ?? 1)
      throw new NotNow(words, Number.isFinite(seconds) ? Math.min(seconds, 10) * 1_000 : 1_000)
    }
    const facts = problem === undefined ? {} : problem
    throw new Refused(fieldByField(words, problem?.errors ?? []), { status, facts })
  }
}

/** The API is there and cannot answer now. */
class NotNow extends Unreachable {
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs: number) {
    super(message)
    this.retryAfterMs = retryAfterMs
  }
}

function fieldByField(words: string, problems: readonly { field: string; detail: string }[]): string {
  if (problems.length === 0) return words
  return problems.map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`)).join('\n')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(body)
  if (success) return data
  throw new Refused(`The answer is not of this version of the API: ${z.prettifyError(error)}`, {
    status: 200,
  })
}
