import * as z from 'zod/mini'
import { attemptId } from './delivery.ts'

/** Payloads up to this size travel in queue messages; larger ones are read from the event by whoever sends them. */
export const inlinePayloadBytes = 32 * 1024

/** On the fan-out queue: one accepted event. `payload`: its text where small enough. */
export const FanOutMessage = z.strictObject({
  event_id: z.string(),
  event_type: z.string(),
  payload: z.optional(z.string()),
  /** The publisher sent the event again: it may have been fanned out already. */
  repeat: z.optional(z.boolean()),
})
export type FanOutMessage = z.infer<typeof FanOutMessage>

/** On the delivery queue: one attempt to make, numbered from 1. */
export const DeliveryMessage = z.strictObject({
  delivery_id: z.string(),
  event_type: z.string(),
  attempt: z.int(),
  trigger: z.enum(['event', 'redelivery', 'replay', 'test']),
  payload: z.optional(z.string()),
  /** How often this attempt was put off without being made. */
  deferrals: z.optional(z.int()),
  /** Whether the attempt has its place in the webhook's rate limit already. */
  paced: z.optional(z.boolean()),
  /** An admin asked for this attempt now: it does not wait for the webhook's breaker. */
  by_hand: z.optional(z.boolean()),
  /** It came before, packed with others, and could not be handled: part of the work may be done. */
  seen: z.optional(z.boolean()),
})
export type DeliveryMessage = z.infer<typeof DeliveryMessage>

/** What a queue takes: a body, and an id that is the same when the same thing is sent again. */
export interface Outgoing<Body> {
  readonly id: string
  readonly body: Body
  /** Messages of one group share that group's concurrency (SQS: `MessageGroupId`). */
  readonly group?: string | undefined
  /** Milliseconds since 1970; at most 15 minutes ahead. Absent: at once. */
  readonly notBefore?: number | undefined
}

/** Where messages are put. */
export interface Queue<Body> {
  /** Sends all; resolves once the queue has them, with the ids of those that it would not take. */
  send(messages: readonly Outgoing<Body>[]): Promise<readonly string[]>
}

/** SQS delays a message by at most 15 minutes; what is due later waits in the due index. */
export const maxQueueDelayMs = 15 * 60_000
export type FanOutQueue = Queue<FanOutMessage>
export type DeliveryQueue = Queue<DeliveryMessage>

/** A delivery message with the id and group that its delivery and attempt give it. */
export function deliveryMessage(
  body: DeliveryMessage,
  { webhookId, notBefore }: { webhookId: string; notBefore?: number | undefined },
): Outgoing<DeliveryMessage> {
  return { id: messageId(body), body, group: webhookId, notBefore }
}

/** The id of a delivery message: it tells the attempt, and how often that was put off. */
export function messageId({ delivery_id: deliveryId, attempt, deferrals }: DeliveryMessage): string {
  const id = attemptId(deliveryId, attempt)
  return deferrals === undefined ? id : `${id}/${deferrals}`
}

/** The payload as it travels in a message: its text, or undefined when it is too large. */
export function inlinePayload(payload: Uint8Array): string | undefined {
  return payload.byteLength <= inlinePayloadBytes ? Buffer.from(payload).toString('utf8') : undefined
}
