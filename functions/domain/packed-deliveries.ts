import * as z from 'zod/mini'
import { DeliveryMessage } from './messages.ts'

/** Most deliveries in one message: of ten messages, a batch, a function then makes a hundred attempts at most. */
export const mostPacked = 10

/** On the delivery queue: the first attempts at several deliveries of one event, which have all else in common. */
export const PackedDeliveries = z.strictObject({
  delivery_ids: z.array(z.string()).check(z.minLength(1), z.maxLength(mostPacked)),
  event_type: z.string(),
  payload: z.optional(z.string()),
})
export type PackedDeliveries = z.infer<typeof PackedDeliveries>

/** What a message of the delivery queue holds, as the attempts to make: one, or those that were packed. */
export const DeliveryMessages = z.pipe(
  z.union([DeliveryMessage, PackedDeliveries]),
  z.transform((body): readonly DeliveryMessage[] => {
    if (!('delivery_ids' in body)) return [body]
    const { delivery_ids: ids, ...shared } = body
    return ids.map((id) => ({ delivery_id: id, ...shared, attempt: 1, trigger: 'event' }))
  }),
)
