import { inflateRawSync } from 'node:zlib'
import * as z from 'zod/mini'
import type { Attempt } from '../../domain/delivery.ts'
import { dictionary, version } from './attempt-text.ts'

// Apart from packing, which is all that a delivery needs.
const headers = z.record(z.string(), z.string())
const AttemptText = z.object({
  number: z.number(),
  sentAt: z.number(),
  durationMs: z.number(),
  request: z.object({ url: z.string(), headers }),
  response: z.nullable(
    z.object({
      status: z.number(),
      headers,
      body: z.string(),
      bodyEncoding: z.enum(['utf8', 'base64']),
      truncated: z.boolean(),
    }),
  ),
  error: z.nullable(z.string()),
})

/** The attempt that was packed. Throws when the bytes were packed by a newer version. */
export function unpackAttempt(packed: Uint8Array): Attempt {
  if (packed[0] !== version) throw new Error(`An attempt is stored in the unknown form ${packed[0]}.`)
  const text = inflateRawSync(packed.subarray(1), { dictionary }).toString('utf8')
  return z.parse(AttemptText, JSON.parse(text))
}
