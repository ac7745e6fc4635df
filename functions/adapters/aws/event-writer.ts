import * as z from 'zod/mini'
import type { Event, FanOut } from '../../domain/event.ts'
import { timeOfId } from '../../domain/ids.ts'
import type { StoredKey, StoreResult } from '../../use-cases/accept-events.ts'
import type { FanOutAtOnce } from '../../use-cases/fan-out-at-once.ts'
import { toItems } from './event-item.ts'
import { type Holder, KeyClaims, type Keyed } from './key-claims.ts'
import { eventKey, fanOutKey } from './log-keys.ts'
import type { LogStore } from './log-store.ts'
import type { Key } from './table.ts'

const ItemKey = z.object({ pk: z.string(), sk: z.string() })

type News = Parameters<FanOutAtOnce['store']>[0]

/** Where it is noted when a source's last event came. */
export interface SourceNotes {
  noteEvent(sourceId: string, acceptedAt: number): Promise<void>
}

/**
 * Writes events, each after the key that it came under: of many equal ones that come at once one gets the key, and no
 * other is written. A process that dies between the two leaves a key without an event; the repeat finds it, and writes
 * the event under the id that the key was taken for.
 */
export class EventWriter {
  readonly #store: LogStore
  readonly #sources: SourceNotes
  readonly #claims: KeyClaims

  constructor(store: LogStore, sources: SourceNotes) {
    this.#store = store
    this.#sources = sources
    this.#claims = new KeyClaims(store)
  }

  /** See EventStore, and FanOutAtOnce. */
  async store(news: News): Promise<readonly StoreResult[]> {
    const keyed = firstOfEachKey(news)
    const holders = new Map<string, Holder>()
    await Promise.all(
      [...keyed].map(async ([name, first]) => holders.set(name, await this.#claims.claim(first))),
    )
    const results = news.map((one) => resultOf(one, one.key && holders.get(nameOf(one.event, one.key)), news))
    if (results.some(({ kind }) => kind === 'conflict')) {
      const taken = [...keyed].filter(([name, { event }]) => holders.get(name)?.eventId === event.id)
      await Promise.all(taken.map(([, first]) => this.#claims.release(first)))
      return results
    }
    const known = news.flatMap(({ event }, index) => {
      const result = results[index]
      return result?.kind === 'duplicate' && !isAmong(news, result.eventId)
        ? [{ ...event, id: result.eventId, acceptedAt: timeOfId(result.eventId) }]
        : []
    })
    const [fannedOut] = await Promise.all([
      this.#ensureStored(known),
      ...news.map(({ event, fanOut }, index) =>
        results[index]?.kind === 'stored' ? this.#put(event, fanOut) : undefined,
      ),
    ])
    return results.map((result) =>
      result.kind === 'duplicate' ? { ...result, fannedOut: fannedOut.has(result.eventId) } : result,
    )
  }

  /**
   * Stores those of the events that are not; returns the ids of those that have been fanned out. What was decided as an
   * event was accepted is no sign of that: whoever did so may have died before queueing its deliveries.
   */
  async #ensureStored(events: readonly Event[]): Promise<ReadonlySet<string>> {
    const byId = new Map(events.map((event) => [event.id, event]))
    const ids = [...byId.keys()]
    const [stored, fannedOut] = await Promise.all([
      this.#thereOf(ids, eventKey),
      this.#thereOf(ids, fanOutKey),
    ])
    await Promise.all(
      [...byId.values()].map((event) => (stored.has(event.id) ? undefined : this.#put(event))),
    )
    return fannedOut
  }

  /** The ids for which there is the item that `keyOf` names. */
  async #thereOf(ids: readonly string[], keyOf: (id: string) => Key): Promise<ReadonlySet<string>> {
    const items = await this.#store.table.batchGet(ids.map(keyOf), {
      consistent: true,
      attributes: ['pk', 'sk'],
    })
    const there = new Set(items.map((item) => nameOfKey(z.parse(ItemKey, item))))
    return new Set(ids.filter((id) => there.has(nameOfKey(keyOf(id)))))
  }

  /** Its payload first: an event that is there can be sent. Done twice it is the same, so it needs no condition. */
  async #put(event: Event, fanOut?: FanOut): Promise<void> {
    const { head, payload } = toItems(event, { retentionMs: this.#store.retentionMs, fanOut })
    if (payload !== undefined) await this.#store.table.put(payload)
    const isFromSource = event.origin.kind === 'source'
    await Promise.all([
      this.#store.table.put(head),
      isFromSource ? this.#sources.noteEvent(event.origin.id, event.acceptedAt) : undefined,
    ])
  }
}

function firstOfEachKey(news: News): ReadonlyMap<string, Keyed> {
  const firsts = new Map<string, Keyed>()
  for (const { event, key } of news) {
    if (key !== undefined && !firsts.has(nameOf(event, key))) firsts.set(nameOf(event, key), { event, key })
  }
  return firsts
}

function nameOf({ origin }: Event, { key }: StoredKey): string {
  return `${origin.id}/${key}`
}

function nameOfKey({ pk, sk }: Key): string {
  return `${pk}/${sk}`
}

/** What an event is to the one that has its key, before it is known how far that one has come. */
function resultOf({ event, key }: News[number], holder: Holder | undefined, news: News): StoreResult {
  if (key === undefined || holder === undefined || holder.eventId === event.id) return { kind: 'stored' }
  const { eventId } = holder
  if (holder.bodyHash === key.bodyHash) return { kind: 'duplicate', eventId, fannedOut: false }
  return { kind: 'conflict', eventId: isAmong(news, eventId) ? 'another event of this request' : eventId }
}

function isAmong(news: News, eventId: string): boolean {
  return news.some(({ event }) => event.id === eventId)
}
