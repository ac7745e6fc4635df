import { randomBytes } from 'node:crypto'

/** A secret that is put in somewhere, to be looked for everywhere else. */
export interface Canary {
  readonly name: string
  readonly secret: string
  /** The one answer that shows it, by its name in the transcript; absent: none does. */
  readonly shownIn?: string | undefined
}

/** A place that was looked through. */
export interface Place {
  readonly name: string
  readonly bytes: Buffer
}

// Shorter text would be found by chance.
const leastBytes = 16

/** A secret that is nowhere yet. */
export const aSecret = (): string => `canary-${randomBytes(18).toString('base64url')}`

/** Every secret that is found where none should be, in words; what is shown where it is meant to be is no finding. */
export function findings(canaries: readonly Canary[], places: readonly Place[]): string[] {
  const found = canaries.flatMap(({ name, secret, shownIn }) =>
    [...formsOf(secret)].flatMap(([form, needle]) =>
      places
        .filter((place) => place.name !== shownIn && place.bytes.includes(needle))
        .map((place) => `${name}, ${form}, in ${place.name}`),
    ),
  )
  return [...new Set(found)]
}

/** The secrets that are not found in the answer that shows them: a search that misses them proves nothing. */
export function unseen(canaries: readonly Canary[], places: readonly Place[]): string[] {
  return canaries
    .filter(({ shownIn }) => shownIn !== undefined)
    .filter(({ name, secret, shownIn }) => {
      const own = places.filter((place) => place.name === shownIn)
      return !findings([{ name, secret }], own).includes(`${name}, plain, in ${shownIn}`)
    })
    .map(({ name }) => name)
}

/** The forms that a secret may be hidden in: as it is, in hex, and in base64 wherever it begins in what was encoded. */
export function formsOf(secret: string): ReadonlyMap<string, Buffer> {
  const forms = new Map<string, Buffer>()
  for (const [what, bytes] of partsOf(secret)) {
    if (bytes.length < leastBytes) throw new Error(`"${secret}" is too short to be told from chance.`)
    forms.set(what, bytes)
    const hex = bytes.toString('hex')
    forms.set(`${what} in hex`, Buffer.from(hex))
    forms.set(`${what} in upper-case hex`, Buffer.from(hex.toUpperCase()))
    for (const offset of [0, 1, 2])
      for (const encoding of ['base64', 'base64url'] as const)
        forms.set(`${what} in ${encoding} from byte ${offset}`, base64Inside(bytes, offset, encoding))
  }
  const percent = encodeURIComponent(secret)
  if (percent !== secret) forms.set('percent-encoded', Buffer.from(percent))
  return forms
}

/** The secret as text, what stands behind its prefix, and the key that a secret of Standard Webhooks stands for. */
function partsOf(secret: string): [string, Buffer][] {
  const [, prefix, rest = ''] = /^(whsec_|sgwh_)?(.*)$/s.exec(secret) ?? []
  const parts: [string, Buffer][] = [['plain', Buffer.from(secret)]]
  if (prefix !== undefined) parts.push(['without its prefix', Buffer.from(rest)])
  if (prefix === 'whsec_') parts.push(['its key', Buffer.from(rest, 'base64')])
  return parts
}

/** What bytes become in base64 when `offset` others stand before them: only the digits that none but they decide. */
function base64Inside(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): Buffer {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding)
  return Buffer.from(text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)))
}

/** All text and bytes in a value, whatever lies between. */
export function bytesIn(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (typeof value !== 'object' || value === null) return Buffer.from(String(value))
  const parts = Object.entries(value).flatMap(([key, inner]) => [Buffer.from(`\n${key}: `), bytesIn(inner)])
  return Buffer.concat(parts)
}
