import { maxHeaders } from '../domain/custom-headers.ts'
import { InvalidInput } from '../domain/errors.ts'
import {
  authorizationHeader,
  authorizationOf,
  type Credentials,
  type ReceiverAuth,
  shownAuth,
} from '../domain/receiver-auth.ts'
import type { Sealed, Webhook } from '../domain/webhook.ts'
import type { ManageWebhooks, WebhookChanges } from './manage-webhooks.ts'

type SealHeaders = Pick<ManageWebhooks, 'cipher'>
type HeaderChanges = Pick<WebhookChanges, 'headers' | 'auth'>

/** Headers with their values sealed for the webhook that they belong to. */
export async function sealHeaders(
  { cipher }: SealHeaders,
  ownerId: string,
  headers: Readonly<Record<string, string>>,
): Promise<Record<string, Sealed>> {
  const sealed = Object.entries(headers).map(
    async ([name, value]) => [name, await cipher.seal(value, ownerId)] as const,
  )
  return Object.fromEntries(await Promise.all(sealed))
}

/** Headers with the one that carries the credentials, under one name however it was written before. */
export function withAuth<Value extends string | null>(
  headers: Readonly<Record<string, Value>>,
  credentials: Credentials | undefined,
): Readonly<Record<string, Value | string>> {
  if (credentials === undefined) return headers
  return { ...headers, [authorizationHeader]: authorizationOf(credentials) }
}

/**
 * A webhook's headers and credentials after a change: headers are merged by name, a value sets one and null removes it;
 * null for `auth` removes the credentials.
 * @throws InvalidInput when the headers exceed their number.
 */
export async function mergeHeaders(
  deps: SealHeaders,
  current: Webhook,
  { headers = {}, auth }: HeaderChanges,
): Promise<Pick<Webhook, 'headers' | 'auth'>> {
  const endsAuth = auth === null && current.auth !== undefined
  const wanted = endsAuth ? { [authorizationHeader]: null, ...headers } : withAuth(headers, auth ?? undefined)
  const changed = new Set(Object.keys(wanted).map((name) => name.toLowerCase()))
  const kept = Object.entries(current.headers).filter(([name]) => !changed.has(name.toLowerCase()))
  const set = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== null)
  const merged = {
    ...Object.fromEntries(kept),
    ...(await sealHeaders(deps, current.id, Object.fromEntries(set))),
  }
  const authNow = authAfter(current, changed, auth)
  if (Object.keys(merged).length - (authNow === undefined ? 0 : 1) > maxHeaders) {
    throw new InvalidInput([
      { field: 'headers', detail: `would be more than ${maxHeaders} with those that are set already.` },
    ])
  }
  return { headers: merged, auth: authNow }
}

/** Whoever sets or removes the header itself has the last word. */
function authAfter(
  { auth }: Webhook,
  changed: ReadonlySet<string>,
  credentials: Credentials | null | undefined,
): ReceiverAuth | undefined {
  if (credentials) return shownAuth(credentials)
  return changed.has(authorizationHeader.toLowerCase()) ? undefined : auth
}
