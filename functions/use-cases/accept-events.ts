import { createHash } from 'node:crypto'
import { Conflict, Unavailable } from '../domain/errors.ts'
import type { Event, Origin } from '../domain/event.ts'
import { type FanOutQueue, inlinePayload, type Outgoing, type Queue } from '../domain/messages.ts'
import { decideAtOnce, type FanOutAtOnce } from './fan-out-at-once.ts'
import { fannedOut } from './observed.ts'

/** An event to accept, as its publisher gave it. */
export interface Submission {
  readonly type: string
  readonly payload: Uint8Array
  /** What makes a repeat recognisable: a key of the publisher's choice within its window. */
  readonly idempotency?: Idempotency | undefined
}

/** Equal keys of one origin within the window are one event. */
export interface Idempotency {
  readonly key: string
  readonly windowMs: number
}

/** What the store compares: the same key with another hash is a conflict. */
export interface StoredKey extends Idempotency {
  readonly bodyHash: string
}

export type StoreResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'duplicate'; readonly eventId: string; readonly fannedOut: boolean }
  | { readonly kind: 'conflict'; readonly eventId: string }

export interface EventStore {
  /**
   * Stores each event unless its key is known; resolves once they are durable, results in order.
   * When one conflicts, none is stored. Rejects with Unavailable when the store takes no writes now.
   */
  store(
    events: readonly { readonly event: Event; readonly key?: StoredKey | undefined }[],
  ): Promise<readonly StoreResult[]>
}

export interface AcceptEvents {
  readonly events: EventStore
  readonly fanOutQueue: FanOutQueue
  readonly newEventId: (nowMs: number) => string
  readonly now: () => number
  /** Where it is decided at once who gets an event that few want; absent: fan-out decides of every event. */
  readonly atOnce?: FanOutAtOnce
}

export interface Accepted {
  readonly id: string
  readonly type: string
  readonly duplicate: boolean
}

/**
 * Stores events and queues their fan-out, or their deliveries: once this resolves they cannot be lost. A repeat is queued
 * again, because what it repeats may have been stored by a process that died before queueing it.
 * @throws Conflict when a key was used for another body, Unavailable when the store or queue does not take them.
 */
export async function acceptEvents(
  { events, fanOutQueue, newEventId, now, atOnce }: AcceptEvents,
  origin: Origin,
  submissions: readonly Submission[],
): Promise<readonly Accepted[]> {
  const acceptedAt = now()
  const news = submissions.map(({ type, payload, idempotency }) => ({
    event: { id: newEventId(acceptedAt), type, payload, origin, acceptedAt },
    key: idempotency && { ...idempotency, bodyHash: bodyHash(type, payload) },
  }))
  const decided = await Promise.all(news.map(({ event }) => atOnce && decideAtOnce(atOnce, event)))
  const results = await (atOnce === undefined
    ? events.store(news)
    : atOnce.store(news.map((one, index) => ({ ...one, fanOut: decided[index]?.fanOut }))))
  const accepted = news.map(({ event, key }, index) => {
    const result = results[index]
    if (result?.kind === 'conflict') {
      throw new Conflict(
        `The idempotency key "${key?.key}" was used for ${result.eventId} with another type or payload. Use a new key for a new event. Nothing of this request was accepted.`,
      )
    }
    return { event, duplicateOf: result?.kind === 'duplicate' ? result : undefined }
  })
  const isNew = new Set(accepted.flatMap(({ event, duplicateOf }) => (duplicateOf ? [] : [event.id])))
  const direct = decided.flatMap((one) => (one !== undefined && isNew.has(one.event.id) ? [one] : []))
  const isDirect = new Set(direct.map(({ event }) => event.id))
  const toQueue = accepted.filter(({ event, duplicateOf }) =>
    // Equal events of one request are one: what is done for the first is done for all.
    duplicateOf === undefined
      ? !isDirect.has(event.id)
      : !duplicateOf.fannedOut && !isNew.has(duplicateOf.eventId),
  )
  const refused = await Promise.all([
    sendOrRefuse(
      fanOutQueue,
      toQueue.map(({ event, duplicateOf }) => {
        const id = duplicateOf?.eventId ?? event.id
        const body = { event_id: id, event_type: event.type, payload: inlinePayload(event.payload) }
        return duplicateOf === undefined
          ? { id, body }
          : { id, body: { ...body, repeat: true }, notBefore: acceptedAt + repeatDelayMs }
      }),
    ),
    atOnce === undefined
      ? []
      : sendOrRefuse(
          atOnce.deliveryQueue,
          direct.flatMap(({ messages }) => messages),
        ),
  ])
  if (refused.flat().length > 0) throw new Unavailable(queueIsDown)
  for (const { event, fanOut } of direct) atOnce?.observe(fannedOut(event, fanOut, now()))
  return accepted.map(({ event, duplicateOf }) => ({
    id: duplicateOf?.eventId ?? event.id,
    type: event.type,
    duplicate: duplicateOf !== undefined,
  }))
}

/**
 * By then the message that the first request queued has been handled, unless there is none: handled side by side, both
 * would find the event not fanned out, and its receivers would get it twice.
 */
const repeatDelayMs = 30_000

const queueIsDown = 'The queue does not take events now. Send the same request again.'

async function sendOrRefuse<Body>(
  queue: Queue<Body>,
  messages: readonly Outgoing<Body>[],
): Promise<readonly string[]> {
  try {
    return await queue.send(messages)
  } catch (cause) {
    throw new Unavailable(queueIsDown, { cause })
  }
}

/** SHA-256 of the type and the payload, in hex: what tells a repeat from another event under the same key. */
export function bodyHash(type: string, payload: Uint8Array): string {
  return createHash('sha256').update(type).update('\n').update(payload).digest('hex')
}
