import * as z from 'zod'
import { differences } from '../support/openapi-check.ts'
import type { FuzzRequest } from './requests.ts'
import type { RawReply } from './send.ts'

const Refusal = z.looseObject({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
})

// What only our own code and its runtime say; no request sends any of it.
const internals =
  /\bat [\w.<>]+ \(|node:internal|node_modules|file:\/\/|\.ts:\d|SQLITE|sqlite|ZodError|TypeError|RangeError|ECONN|\[object /

// The secrets that requests bring, and those that the server makes: webhooks' and sources', and tokens.
const secretForms = /hidden-[a-z0-9]{24}|whsec_[\w+/=-]{20,}|sgwh_[\w-]{43}/g

/** What is wrong with an answer, in words; empty when nothing is. */
export function faultsOf(
  request: FuzzRequest,
  reply: RawReply,
  { secrets, places }: { readonly secrets: ReadonlySet<string>; readonly places: readonly string[] },
): readonly string[] {
  const { status, headers, text } = reply
  const body = jsonOf(text)
  const showsSecret = status === 201 || (status === 200 && request.operationId === 'rotateSecret')
  if (text !== '' && body === undefined) return ['The body is not JSON.']
  return [
    ...(status >= 500 ? ['It is a fault of the server.'] : []),
    ...(internals.test(text) ? [`It tells of the inside: ${internals.exec(text)?.[0]}`] : []),
    ...places.filter((place) => text.includes(place)).map((place) => `It tells of ${place}.`),
    ...(showsSecret ? [] : (text.match(secretForms) ?? []))
      .filter((secret) => secrets.has(secret))
      .map(() => 'It tells a secret.'),
    ...(status >= 400 ? faultsOfRefusal(body) : []),
    ...differences(
      { method: request.method, path: pathOf(request.target), body: sentJson(request) },
      { status, headers, body },
    ),
  ]
}

/** A refusal says in a sentence, for each bad field too, what is wrong. */
function faultsOfRefusal(body: unknown): string[] {
  const { data, error } = Refusal.safeParse(body)
  if (data === undefined) return [`It is no problem: ${error?.message}`]
  const sentences = [data.detail, ...(data.errors ?? []).map(({ detail }) => detail)]
  return sentences
    .filter((text) => !/^\S.{7,}[.!?]$/su.test(text))
    .map((text) => `It is no sentence: "${text}"`)
}

/** The body as JSON; an absent one stands for `{}` where it may be absent. */
function sentJson({ body }: FuzzRequest): unknown {
  return body === undefined || body.length === 0 ? {} : jsonOf(body.toString('utf8'))
}

/** The path, letters and digits plain: percent-encoded they mean the same (RFC 3986 §6.2.2.2). */
function pathOf(target: string): string {
  const [path = ''] = target.split('?', 1)
  return path.replace(/%(3\d|[46][1-9a-f]|[57][0-9a])/gi, decodeURIComponent)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
