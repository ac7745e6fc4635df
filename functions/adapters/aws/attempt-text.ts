import { deflateRawSync } from 'node:zlib'
import type { Attempt } from '../../domain/delivery.ts'

// What nearly every attempt says: known to both sides, it takes no room, and a delivery with its first attempt fits into
// one write unit, 1 KB. What was packed with it can be read only with it: never change it, add another version.
export const dictionary = Buffer.from(
  [
    '"error":"The receiver answered 503."}"error":"The receiver answered 404.""response":null,"error":"',
    '"},"response":{"status":200,"headers":{"date":"Mon, 23 Nov 2026 14:20:00 GMT","etag":"W/\\"',
    '"vary":"Accept-Encoding","x-powered-by":"Express","x-request-id":"","cache-control":"no-cache, no-store, max-age=0"',
    '"strict-transport-security":"max-age=31536000; includeSubDomains","x-content-type-options":"nosniff"',
    '"content-type":"text/html; charset=utf-8","content-type":"text/plain; charset=utf-8","transfer-encoding":"chunked"',
    '"content-type":"application/json; charset=utf-8","content-length":"2","connection":"keep-alive"',
    '"keep-alive":"timeout=5","server":"nginx"},"body":"{\\"ok\\":true}","body":"ok","body":"","bodyEncoding":"base64"',
    '","bodyEncoding":"utf8","truncated":false},"error":null}',
    '{"number":1,"sentAt":17,"durationMs":,"request":{"url":"https://hooks.example.com/","headers":{',
    '"Content-Type":"application/json; charset=utf-8","User-Agent":"sourcegraph-outgoing-webhooks/0.1.0",',
    '"X-Sourcegraph-Webhook-Event-Type":"changeset:update_error","X-Sourcegraph-Webhook-Event-Type":"batch_change:apply",',
    '"X-Sourcegraph-Webhook-Signature":"","webhook-id":"evt_01k","webhook-timestamp":"17","webhook-signature":"v1,',
  ].join(''),
)
/** The form that attempts are packed in now. */
export const version = 1

/** An attempt as few bytes; the first tells the version of their form. */
export function packAttempt(attempt: Attempt): Uint8Array {
  return Buffer.concat([
    Buffer.of(version),
    deflateRawSync(Buffer.from(JSON.stringify(attempt)), { dictionary }),
  ])
}
