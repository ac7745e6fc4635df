import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { ReceivedRequest } from './receiver.ts'

/** Which of some secrets signed a request: by the order of `webhook-signature`, and in Sourcegraph's header. */
export function signedBy(
  { headers, body }: ReceivedRequest,
  secrets: readonly string[],
): { readonly standard: readonly string[]; readonly sourcegraph: string | undefined } {
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
  const bySignature = new Map(
    secrets.map((secret) => [
      verifierOf(secret).sign(String(headers['webhook-id']), at, body.toString()),
      secret,
    ]),
  )
  return {
    standard: String(headers['webhook-signature'])
      .split(' ')
      .map((signature) => bySignature.get(signature) ?? 'another secret'),
    sourcegraph: secrets.find(
      (secret) =>
        createHmac('sha256', secret).update(body).digest('hex') ===
        headers['x-sourcegraph-webhook-signature'],
    ),
  }
}

/** Whether the reference library takes a request as signed with the secret. */
export function verifies({ headers, body }: ReceivedRequest, secret: string): boolean {
  const named = Object.entries(headers).map(([name, value]) => [name, String(value)])
  try {
    verifierOf(secret).verify(body, Object.fromEntries(named))
    return true
  } catch {
    return false
  }
}

function verifierOf(secret: string): Webhook {
  return secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' })
}
