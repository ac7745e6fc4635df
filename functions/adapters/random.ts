import { randomBytes } from 'node:crypto'
import { eventId, runOf, shortId } from '../domain/ids.ts'

// Random bytes are asked for in bulk: one call for each id would cost more than the id.
const poolSize = 4_096
let pool = Buffer.alloc(0)
let used = 0

function entropy(length: number): Uint8Array {
  if (used + length > pool.length) {
    pool = randomBytes(poolSize)
    used = 0
  }
  used += length
  return pool.subarray(used - length, used)
}

export const newEventId = (nowMs: number): string => eventId(nowMs, entropy(16))
export const newWebhookId = (nowMs: number): string => shortId('whk', nowMs, entropy(6))
export const newSourceId = (nowMs: number): string => shortId('src', nowMs, entropy(6))
export const newTokenId = (nowMs: number): string => shortId('tok', nowMs, entropy(6))
export const newReplayId = (nowMs: number): string => shortId('rpl', nowMs, entropy(6))
export const newRun = (nowMs: number): string => runOf(nowMs, entropy(6))

/** A signing secret in the form of Standard Webhooks: `whsec_` and 256 random bits in base64. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** An API token: a prefix that secret scanners can look for, and 256 random bits. */
export const newTokenSecret = (): string => `sgwh_${randomBytes(32).toString('base64url')}`
