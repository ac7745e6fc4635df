import type { Delivery } from '../domain/delivery.ts'
import {
  type SigningKeys,
  signingKeys,
  sourcegraphSignature,
  standardSignature,
} from '../domain/signature.ts'
import { previousSecretAt, type Sealed, type Webhook } from '../domain/webhook.ts'
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
  readonly now: () => number
}

/** A webhook's secrets in plain, as a delivery needs them. */
export interface OpenedSecrets {
  readonly keys: SigningKeys
  /** Those of the secret before the last rotation, when it still signed at the time of opening. */
  readonly previousKeys: SigningKeys | undefined
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Sourcegraph's own request (docs/sourcegraph.md §1), with Standard Webhooks' headers and the webhook's own beside it.
 * While a secret is being changed both sign for Standard Webhooks, and the old one for Sourcegraph's header, which has
 * room for one (docs/decisions/0011-the-old-secret-signs-sourcegraphs-header.md).
 */
export async function signedRequest(
  deps: SignRequest,
  {
    webhook,
    delivery,
    payload,
    nowMs,
  }: { webhook: Webhook; delivery: Delivery; payload: Uint8Array; nowMs: number },
): Promise<OutgoingRequest> {
  const { keys, previousKeys, headers } = await openSecrets(deps, webhook)
  // By the clock, not by what was opened: that may have taken a while, or lie minutes back.
  const old = previousSecretAt(webhook, deps.now()) && previousKeys
  const signers = old === undefined ? [keys] : [keys, old]
  const timestamp = Math.floor(nowMs / 1_000)
  return {
    url: webhook.url,
    headers: {
      // First, so that a name of ours that got past the checks does not win.
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': deps.userAgent,
      'X-Sourcegraph-Webhook-Event-Type': delivery.eventType,
      'X-Sourcegraph-Webhook-Signature': sourcegraphSignature((old ?? keys).sourcegraph, payload),
      // The event's id, not the delivery's: a receiver that keeps it sees retries, redeliveries and replays as one.
      'webhook-id': delivery.eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signers
        .map(({ standard }) =>
          standardSignature(standard, { id: delivery.eventId, timestamp, body: payload }),
        )
        .join(' '),
    },
    body: payload,
  }
}

async function openSecrets(
  { cipher, openedSecrets, now }: SignRequest,
  webhook: Webhook,
): Promise<OpenedSecrets> {
  const key = `${webhook.id}/${webhook.version}`
  const known = openedSecrets.get(key)
  if (known !== undefined) return known
  const open = (sealed: Sealed) => cipher.open(sealed, webhook.id)
  const previous = previousSecretAt(webhook, now())
  const [secret, previousSecret, headers] = await Promise.all([
    open(webhook.secret),
    previous && open(previous.sealed),
    Promise.all(
      Object.entries(webhook.headers).map(async ([name, sealed]) => [name, await open(sealed)] as const),
    ),
  ])
  const opened = {
    keys: signingKeys(secret),
    previousKeys: previousSecret === undefined ? undefined : signingKeys(previousSecret),
    headers: Object.fromEntries(headers),
  }
  openedSecrets.set(key, opened)
  return opened
}
