import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as z from 'zod/mini'

// Less is not worth the time that inflating takes at every read.
const worthwhileShare = 0.8

/** A payload's bytes as attributes of an item: deflated where that saves at least a fifth. */
export function payloadAttributes(payload: Uint8Array): {
  readonly payload: Uint8Array
  readonly deflated?: true
} {
  const deflated = deflateRawSync(payload)
  return deflated.byteLength <= worthwhileShare * payload.byteLength
    ? { payload: deflated, deflated: true }
    : { payload }
}

const Item = z.object({
  payload: z.optional(z.instanceof(Uint8Array)),
  deflated: z.optional(z.literal(true)),
  erased_at: z.optional(z.number()),
})

/** Whether the payload of the event with that head was erased, wherever it is. */
export function isErased(head: unknown): boolean {
  return z.parse(Item, head).erased_at !== undefined
}

/** The payload in an item; undefined when it has none. */
export function payloadIn(item: unknown): Uint8Array | undefined {
  const { payload, deflated } = z.parse(Item, item)
  if (payload === undefined) return undefined
  // Buffers over the same memory, as the other store gives them out.
  return deflated === true
    ? inflateRawSync(payload)
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
}
