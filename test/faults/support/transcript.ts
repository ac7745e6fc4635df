import * as z from 'zod'
import { endpoints } from '../../../functions/api/endpoints.ts'
import type { Canary, Place } from '../../support/canaries.ts'

const Fields = z.looseObject({
  id: z.string().optional(),
  secret: z.string().optional(),
  token: z.string().optional(),
})

/** An answer; `name` is that of its place in the transcript. */
export interface Answer {
  readonly name: string
  readonly status: number
  readonly body: unknown
}

/** Calls an API, and keeps every answer byte for byte and every secret that went in or came out. */
export class Transcript {
  readonly places: Place[] = []
  readonly canaries: Canary[] = []
  /** `METHOD /path` of every call. */
  readonly calls = new Set<string>()
  readonly #run: string
  readonly #url: string
  readonly #token: string

  /** @param run tells its answers from those of other transcripts. */
  constructor(run: string, { url, token }: { url: string; token: string }) {
    this.#run = run
    this.#url = url
    this.#token = token
  }

  /** Calls with the token of all scopes unless `headers` say otherwise. A body that is text goes out as it is. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { authorization: `Bearer ${this.#token}` },
  ): Promise<Answer> {
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers,
      ...(sent !== undefined && { body: sent }),
    })
    const text = await response.text()
    const name = `${this.#run} answer ${this.places.length + 1}, ${response.status} to ${method} ${path}`
    const lines = [...response.headers].map(([header, value]) => `${header}: ${value}`)
    this.places.push({ name, bytes: Buffer.from([...lines, '', text].join('\n')) })
    this.calls.add(`${method} ${path.replace(/\?.*/, '')}`)
    const parsed: unknown = text === '' ? undefined : JSON.parse(text)
    return { name, status: response.status, body: parsed }
  }

  /**
   * Makes something that has a secret, which its answer shows.
   * @returns its id and its secret. Rejects when it is refused.
   */
  async make(
    name: string,
    path: string,
    body: unknown,
  ): Promise<{ readonly id: string; readonly secret: string }> {
    const answer = await this.call('POST', path, body)
    const { id = '', secret, token } = Fields.parse(answer.body)
    const shown = secret ?? token
    if (shown === undefined) throw new Error(`${answer.name} shows no secret: ${JSON.stringify(answer.body)}`)
    this.canaries.push({ name, secret: shown, shownIn: answer.name })
    return { id, secret: shown }
  }

  /** Takes down a secret that no answer may show. */
  hidden(name: string, secret: string): string {
    this.canaries.push({ name, secret })
    return secret
  }
}

/** The routes of the API that were not called. */
export function unusedRoutes(transcripts: readonly Transcript[]): string[] {
  const calls = transcripts.flatMap((transcript) => [...transcript.calls])
  const routes = ['POST /events', ...endpoints.map(({ method, path }) => `${method} ${path}`)]
  return routes.filter((route) => {
    const pattern = new RegExp(`^${route.replaceAll('.', '\\.').replace('{id}', '[^/]+')}$`)
    return !calls.some((call) => pattern.test(call))
  })
}
