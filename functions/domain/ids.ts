// Crockford's base32 in lower case: no i, l, o, u; sorts as the bits do (https://www.crockford.com/base32.html).
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const timeChars = 10

/** Kinds of ids; each id is `kind_` and then lower-case base32. */
export type IdKind = 'evt' | 'whk' | 'dlv' | 'src' | 'tok' | 'rpl'

function base32(value: bigint, length: number): string {
  let text = ''
  for (let rest = value, i = 0; i < length; i++, rest >>= 5n)
    text = alphabet.charAt(Number(rest & 31n)) + text
  return text
}

function base32Time(timeMs: number): string {
  let text = ''
  for (let rest = timeMs, i = 0; i < timeChars; i++) {
    text = alphabet.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

function randomChars(entropy: Uint8Array, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += alphabet.charAt((entropy[i] ?? 0) & 31)
  return text
}

/** An event's id: `evt_` + 10 characters of time + 16 of chance (80 bits); sorts by time. `entropy`: ≥ 16 random bytes. */
export function eventId(timeMs: number, entropy: Uint8Array): string {
  return `evt_${base32Time(timeMs)}${randomChars(entropy, 16)}`
}

/** A webhook's, source's, token's or replay's id: kind + 10 characters of time + 6 of chance; sorts by creation. `entropy`: ≥ 6 bytes. */
export function shortId(kind: 'whk' | 'src' | 'tok' | 'rpl', timeMs: number, entropy: Uint8Array): string {
  return `${kind}_${runOf(timeMs, entropy)}`
}

/** What tells a redelivery or replay from the first delivery of the same event to the same webhook: its time and chance. */
export function runOf(timeMs: number, entropy: Uint8Array): string {
  return `${base32Time(timeMs)}${randomChars(entropy, 6)}`
}

/** The smallest event id that an event accepted at `timeMs` can have: the bound of a range of ids. */
export function firstEventIdAt(timeMs: number): string {
  return `evt_${base32Time(Math.max(0, timeMs))}${base32(0n, 16)}`
}

/** What no id of a replay made at `timeMs` or later sorts before. */
export function firstReplayIdAt(timeMs: number): string {
  return `rpl_${base32Time(Math.max(0, timeMs))}`
}

/** Milliseconds since 1970 that an `evt_`, `whk_`, `src_`, `tok_` or `rpl_` id carries. */
export function timeOfId(id: string): number {
  return timeOfChars(id.slice(4, 4 + timeChars))
}

function timeOfChars(chars: string): number {
  let timeMs = 0
  for (const char of chars) timeMs = timeMs * 32 + alphabet.indexOf(char)
  return timeMs
}

/** What a delivery's id is computed from. `run` is absent for the delivery that the event's fan-out makes. */
export interface DeliveryKey {
  readonly eventId: string
  readonly webhookId: string
  readonly run?: string | undefined
}

/** A delivery's id, computed from its event and its webhook, so that repeating a fan-out makes no second set. */
export function deliveryId({ eventId, webhookId, run }: DeliveryKey): string {
  return `dlv_${eventId.slice(4)}${webhookId.slice(4)}${run ?? ''}`
}

const deliveryPattern = /^dlv_([0-9a-hjkmnp-tv-z]{26})([0-9a-hjkmnp-tv-z]{16})([0-9a-hjkmnp-tv-z]{16})?$/

/** The key in a delivery's id; undefined when the text is no delivery id. */
export function parseDeliveryId(id: string): DeliveryKey | undefined {
  const match = deliveryPattern.exec(id)
  if (match === null) return undefined
  return { eventId: `evt_${match[1]}`, webhookId: `whk_${match[2]}`, run: match[3] }
}

/** When a delivery came to be: its run's time, or its event's. Milliseconds since 1970. */
export function deliveryTime(key: DeliveryKey): number {
  return key.run === undefined ? timeOfId(key.eventId) : timeOfChars(key.run.slice(0, timeChars))
}

const bodyLength: Readonly<Record<Exclude<IdKind, 'dlv'>, number>> = {
  evt: 26,
  whk: 16,
  src: 16,
  tok: 16,
  rpl: 16,
}

/** Whether the text has the form of an id of that kind. */
export function isId(kind: Exclude<IdKind, 'dlv'>, text: string): boolean {
  return (
    text.length === 4 + bodyLength[kind] &&
    text.startsWith(`${kind}_`) &&
    /^[0-9a-hjkmnp-tv-z]+$/.test(text.slice(4))
  )
}
