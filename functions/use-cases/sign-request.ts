import type { Delivery } from '../domain/delivery.ts'
import {
  type SigningKeys,
  signingKeys,
  sourcegraphSignature,
  standardSignature,
} from '../domain/signature.ts'
import type { Sealed, Webhook } from '../domain/webhook.ts'
import type { OutgoingRequest } from './attempt-delivery.ts'

export interface SignRequest {
  readonly cipher: {
    /** The secret in plain; rejects when it cannot be opened for that owner. */
    open(sealed: Sealed, ownerId: string): Promise<string>
  }
  /** Opened secrets by webhook and version, kept for at most five minutes. */
  readonly openedSecrets: {
    get(key: string): OpenedSecrets | undefined
    set(key: string, opened: OpenedSecrets): void
  }
  /** Names this project and its version. */
  readonly userAgent: string
}

/** A webhook's secrets in plain, as a delivery needs them. */
export interface OpenedSecrets {
  readonly keys: SigningKeys
  readonly headers: Readonly<Record<string, string>>
}

/** Sourcegraph's own request (docs/sourcegraph.md §1), with Standard Webhooks' headers and the webhook's own beside it. */
export async function signedRequest(
  deps: SignRequest,
  {
    webhook,
    delivery,
    payload,
    nowMs,
  }: { webhook: Webhook; delivery: Delivery; payload: Uint8Array; nowMs: number },
): Promise<OutgoingRequest> {
  const { keys, headers } = await openSecrets(deps, webhook)
  const timestamp = Math.floor(nowMs / 1_000)
  return {
    url: webhook.url,
    headers: {
      // First, so that a name of ours that got past the checks does not win.
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': deps.userAgent,
      'X-Sourcegraph-Webhook-Event-Type': delivery.eventType,
      'X-Sourcegraph-Webhook-Signature': sourcegraphSignature(keys.sourcegraph, payload),
      // The event's id, not the delivery's: a receiver that keeps it sees retries, redeliveries and replays as one.
      'webhook-id': delivery.eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': standardSignature(keys.standard, {
        id: delivery.eventId,
        timestamp,
        body: payload,
      }),
    },
    body: payload,
  }
}

async function openSecrets({ cipher, openedSecrets }: SignRequest, webhook: Webhook): Promise<OpenedSecrets> {
  const key = `${webhook.id}/${webhook.version}`
  const known = openedSecrets.get(key)
  if (known !== undefined) return known
  const names = Object.keys(webhook.headers)
  const [secret, ...values] = await Promise.all(
    [webhook.secret, ...Object.values(webhook.headers)].map((sealed) => cipher.open(sealed, webhook.id)),
  )
  const headers = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
  const opened = { keys: signingKeys(secret ?? ''), headers }
  openedSecrets.set(key, opened)
  return opened
}
