import { createHash } from 'node:crypto'
import { parseDeliveryId } from '../../domain/ids.ts'
import type { DeliveryMessage, DeliveryQueue, Outgoing, Queue } from '../../domain/messages.ts'
import { mostPacked, type PackedDeliveries } from '../../domain/packed-deliveries.ts'

type Message = Outgoing<DeliveryMessage>

/**
 * The delivery queue for those who send many deliveries of an event: its first attempts that are due at once travel
 * together, because SQS and Lambda bill messages and batches. Whoever sends and whoever handles them sees single ones.
 */
export class PackedDeliveryQueue implements DeliveryQueue {
  readonly #queue: Queue<DeliveryMessage | PackedDeliveries>

  constructor(queue: Queue<DeliveryMessage | PackedDeliveries>) {
    this.#queue = queue
  }

  async send(messages: readonly Message[]): Promise<readonly string[]> {
    const packs = packsOf(messages)
    // What is for the same webhooks is sent, and mostly comes, together: a batch of it has few counters to write.
    const sorted = packs.map(packed).sort((one, other) => compare(one.group, other.group))
    const refused = new Set(await this.#queue.send(sorted))
    return packs.flatMap((pack) => (refused.has(idOf(pack)) ? pack.map(({ id }) => id) : []))
  }
}

/** Messages that may travel together, and each other one alone. */
function packsOf(messages: readonly Message[]): readonly (readonly Message[])[] {
  const packs: Message[][] = []
  const open = new Map<string, Message[]>()
  for (const message of messages) {
    const eventId = packable(message)
    const pack = eventId === undefined ? undefined : open.get(eventId)
    if (pack !== undefined && pack.length < mostPacked) {
      pack.push(message)
      continue
    }
    const begun = [message]
    packs.push(begun)
    if (eventId !== undefined) open.set(eventId, begun)
  }
  return packs
}

/** The event of a message that asks for nothing but a first attempt, now; all such of one event carry the same payload. */
function packable({ body, notBefore }: Message): string | undefined {
  const { delivery_id: id, event_type, attempt, trigger, payload, ...more } = body
  const isFirst = attempt === 1 && trigger === 'event' && notBefore === undefined
  if (!isFirst || Object.values(more).some((value) => value !== undefined)) return undefined
  return parseDeliveryId(id)?.eventId
}

function compare(one = '', other = ''): number {
  return one < other ? -1 : Number(one > other)
}

function idOf([first]: readonly Message[]): string {
  return first?.id ?? ''
}

function packed(pack: readonly Message[]): Outgoing<DeliveryMessage | PackedDeliveries> {
  const [first] = pack
  if (first === undefined) throw new Error('A pack has a message at least.')
  if (pack.length === 1) return first
  const { event_type, payload } = first.body
  const delivery_ids = pack.map(({ body }) => body.delivery_id)
  return { id: first.id, body: { delivery_ids, event_type, payload }, group: groupOf(pack) }
}

/**
 * SQS lets quiet groups go before busy ones. Packs for the same webhooks are a group: a flood for these webhooks then
 * waits behind what others get, as a flood for one webhook does.
 */
function groupOf(pack: readonly Message[]): string {
  const webhooks = pack.map(({ group = '' }) => group).sort()
  return createHash('sha256').update(webhooks.join()).digest('hex').slice(0, 32)
}
