import * as z from 'zod/mini'

/** A `ReceiverAuth` as both stores keep it. */
export const receiverAuthShape = z.union([
  z.object({ type: z.literal('basic'), username: z.string() }),
  z.object({ type: z.literal('bearer') }),
])
