import { deliveryTime, parseDeliveryId } from '../../domain/ids.ts'
import type { Key } from './table.ts'

// A partition takes 1,000 writes a second
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html): one busy webhook,
// and all events, are spread over as many as named here, and read from all of them. Days are no part of the keys: at any
// time only one day is written to, so they would spread nothing, and a quiet webhook's page would have to walk them all.
export const deliveryShards = 4
export const eventShards = 8
export const dueShards = 8

const hourMs = 3_600_000
const latestTime = 9_999_999_999_999

/** A time as it stands in sort keys: 13 digits, so that text sorts as time does. */
export function timeText(ms: number): string {
  return String(Math.min(Math.max(0, Math.trunc(ms)), latestTime)).padStart(13, '0')
}

/** Which of `count` shards an id belongs to. Its characters of chance make their sum an even spread. */
export function shardOf(id: string, count: number): number {
  let sum = 0
  for (let at = 0; at < id.length; at++) sum += id.charCodeAt(at)
  return sum % count
}

/** An event: its head, and its payload too while that is small. */
export function eventKey(eventId: string): Key {
  return { pk: eventsPartition(shardOf(eventId, eventShards)), sk: eventId }
}

export function eventsPartition(shard: number): string {
  return `events#${shard}`
}

/** A payload that is too large to stand with its event's head, where listings would read it too. */
export function payloadKey(eventId: string): Key {
  return { pk: `payload#${eventId}`, sk: 'payload' }
}

/** All that is known of where an event went: its fan-out, and a mark for each delivery beyond it. */
export function fanOutPartition(eventId: string): string {
  return `fan-out#${eventId}`
}

export function fanOutKey(eventId: string): Key {
  return { pk: fanOutPartition(eventId), sk: 'fan-out' }
}

/** The event that a fan-out partition belongs to. */
export function eventOfFanOut(pk: string): string {
  return pk.slice(pk.indexOf('#') + 1)
}

/** The mark of a redelivery or replay, under its event: the fan-out names no such delivery. */
export function runKey(eventId: string, deliveryId: string): Key {
  return { pk: fanOutPartition(eventId), sk: deliveryId }
}

/** A webhook's redeliveries and replays, in the order of the events: the sort key is the delivery's id. */
export function runsPartition(webhookId: string): string {
  return `runs#${webhookId}`
}

/** A replay. */
export function replayKey(replayId: string): Key {
  return { pk: 'replay', sk: replayId }
}

/** The names of a webhook's replays. */
export function replaysPartition(webhookId: string): string {
  return `replays#${webhookId}`
}

/** Which replay is running for a webhook: at most one. */
export function runningReplayKey(webhookId: string): Key {
  return { pk: runningReplays, sk: webhookId }
}

export const runningReplays = 'replay#running'

/** An idempotency key of one origin. */
export function idempotencyKey(originId: string, key: string): Key {
  return { pk: `key#${originId}/${key}`, sk: 'key' }
}

/** A delivery's row, computed from its id; undefined when the text is no delivery id. */
export function deliveryKey(deliveryId: string): Key | undefined {
  const key = parseDeliveryId(deliveryId)
  if (key === undefined) return undefined
  const shard = shardOf(deliveryId, deliveryShards)
  return { pk: deliveriesPartition(key.webhookId, shard), sk: placeOf(deliveryTime(key), deliveryId) }
}

export function deliveriesPartition(webhookId: string, shard: number): string {
  return `log#${webhookId}#${shard}`
}

/** The marks of those rows of a partition that failed at least once; a mark's sort key is its row's. */
export function failuresPartition(deliveriesPartition: string): string {
  return `${deliveriesPartition}#errored`
}

/** A delivery's attempts, but for a first one that stands in its row. */
export function attemptsPartition(deliveryId: string): string {
  return `attempts#${deliveryId}`
}

export function attemptKey(deliveryId: string, { number, sentAt }: { number: number; sentAt: number }): Key {
  return {
    pk: attemptsPartition(deliveryId),
    sk: `${String(number).padStart(3, '0')}#${timeText(sentAt)}`,
  }
}

/** The mark by which the sweep finds a delivery from `at` on. */
export function dueKey(deliveryId: string, at: number): Key {
  return { pk: duePartition(shardOf(deliveryId, dueShards)), sk: placeOf(at, deliveryId) }
}

export function duePartition(shard: number): string {
  return `due#${shard}`
}

/** A webhook's counter for the hour that `ms` lies in. */
export function counterKey(webhookId: string, ms: number): Key {
  return { pk: countersPartition(webhookId), sk: timeText(Math.floor(ms / hourMs)) }
}

export function countersPartition(webhookId: string): string {
  return `count#${webhookId}`
}

/** The end of the hour that a counter's sort key names, milliseconds. */
export function endOfCounter(sk: string): number {
  return (Number(sk) + 1) * hourMs
}

/** A time and the id of what happened then: sorts by time, and then by id. */
export function placeOf(ms: number, id: string): string {
  return `${timeText(ms)}#${id}`
}

/** What `placeOf` put together. */
export function readPlace(place: string): { readonly time: number; readonly id: string } {
  return { time: Number(place.slice(0, 13)), id: place.slice(14) }
}
