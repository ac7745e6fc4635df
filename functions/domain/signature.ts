import { timingSafeEqual } from 'node:crypto'
import { HmacKey } from './hmac-key.ts'

/** Keys of one signing secret, made once for all that it signs. */
export interface SigningKeys {
  /** Sourcegraph's scheme: the secret's UTF-8 bytes. */
  readonly sourcegraph: HmacKey
  /** Standard Webhooks: the bytes in base64 behind `whsec_`, or the secret's UTF-8 bytes. */
  readonly standard: HmacKey
}

const prefix = 'whsec_'

/** The keys that a signing secret stands for. */
export function signingKeys(secret: string): SigningKeys {
  const raw = new HmacKey(Buffer.from(secret, 'utf8'))
  if (!secret.startsWith(prefix)) return { sourcegraph: raw, standard: raw }
  return { sourcegraph: raw, standard: new HmacKey(Buffer.from(secret.slice(prefix.length), 'base64')) }
}

/**
 * Whether a secret can sign: not empty, and behind `whsec_`, where it begins so, base64 of at least one byte with its
 * padding, as every Standard Webhooks library reads it.
 */
export function isSigningSecret(secret: string): boolean {
  if (!secret.startsWith(prefix)) return secret.length > 0
  const encoded = secret.slice(prefix.length)
  return encoded !== '' && Buffer.from(encoded, 'base64').toString('base64') === encoded
}

/** Sourcegraph's signature: lower-case hex HMAC-SHA256 of exactly the body (docs/sourcegraph.md §1). */
export function sourcegraphSignature(key: HmacKey, body: Uint8Array): string {
  return key.sign('', body, 'hex')
}

/** Standard Webhooks' signature, `v1,<base64>`, over `id.timestamp.body`; the timestamp in whole seconds. */
export function standardSignature(
  key: HmacKey,
  { id, timestamp, body }: { id: string; timestamp: number; body: Uint8Array },
): string {
  return `v1,${key.sign(`${id}.${timestamp}.`, body, 'base64')}`
}

/** Whether Sourcegraph's signature fits, in constant time; a value that is not 64 hex digits is a plain no. */
export function verifySourcegraphSignature(key: HmacKey, body: Uint8Array, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false
  return timingSafeEqual(Buffer.from(key.sign('', body, 'hex')), Buffer.from(signature))
}
