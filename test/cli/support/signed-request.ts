import { signingKeys, sourcegraphSignature, standardSignature } from '../../../functions/domain/signature.ts'

/** When the requests here were sent, milliseconds since 1970. */
export const sentAt = Date.parse('2026-11-23T14:20:00Z')
export const eventId = 'evt_01kaqc3h5n8r2c4x7t9v2y4z6b'

/** The headers that the service sends with a body, signed by a secret, and by an old one where a secret is being changed. */
export function signedHeaders(
  body: Uint8Array | string,
  secret: string,
  { oldSecret, id = eventId }: { oldSecret?: string; id?: string } = {},
): Record<string, string> {
  const bytes = Buffer.from(body)
  const timestamp = sentAt / 1_000
  const secrets = oldSecret === undefined ? [secret] : [secret, oldSecret]
  const standard = secrets.map((each) =>
    standardSignature(signingKeys(each).standard, { id, timestamp, body: bytes }),
  )
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Sourcegraph-Webhook-Event-Type': 'batch_change:apply',
    'X-Sourcegraph-Webhook-Signature': sourcegraphSignature(
      signingKeys(oldSecret ?? secret).sourcegraph,
      bytes,
    ),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standard.join(' '),
  }
}

/** A request as `nc` prints it. */
export function rawRequest(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
  { lineEnd = '\r\n', requestLine = 'POST /hooks HTTP/1.1' }: { lineEnd?: string; requestLine?: string } = {},
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const head = [...(requestLine === '' ? [] : [requestLine]), ...lines, '', ''].join(lineEnd)
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
}
