import { signedOut, token } from '../session.ts'
import { asProblem, problemIn } from './problem.ts'

/** The API is the folder above the console's, whatever comes before it. */
export const apiRoot = new URL('../', document.baseURI)

export interface Call {
  readonly body?: unknown
  /** The version that is to be changed, as an `ETag` had it. */
  readonly ifMatch?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Instead of the token of the session. */
  readonly token?: string
}

export interface Answer<Body> {
  readonly status: number
  readonly body: Body
  readonly etag: string | undefined
}

/**
 * Calls the API. The caller names what the answer holds: this page and the API are of one version and one build.
 * @throws ApiProblem in the API's words.
 */
export async function call<Body>(method: string, path: string, given: Call = {}): Promise<Answer<Body>> {
  const headers = new Headers({ Authorization: `Bearer ${given.token ?? token.value ?? ''}` })
  if (given.body !== undefined) headers.set('Content-Type', 'application/json')
  if (given.ifMatch !== undefined) headers.set('If-Match', given.ifMatch)
  const request: RequestInit = { method, headers, cache: 'no-store', redirect: 'error' }
  if (given.body !== undefined) request.body = JSON.stringify(given.body)
  if (given.signal !== undefined) request.signal = given.signal
  const [response, text] = await fetch(new URL(path, apiRoot), request)
    .then(async (answer) => [answer, await answer.text()] as const)
    .catch((error: unknown) => {
      if (given.signal?.aborted) throw error
      throw asProblem(error)
    })
  if (!response.ok) {
    const problem = problemIn(response.status, text)
    if (response.status === 401 && given.token === undefined) signedOut(problem.message)
    throw problem
  }
  const body: Body = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, body, etag: response.headers.get('ETag') ?? undefined }
}

/** A path with its query; of the query only what is set. */
export function pathOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`
}
