import { eventTypes } from '../../functions/domain/event-types.ts'
import { type Entry, readEntry, withoutUndefined } from '../webhook-file/entry.ts'
import type { ListedWebhook, Listing } from './listing.ts'
import { scopeOf } from './scope.ts'

export interface HandedOver {
  readonly entries: readonly Entry[]
  /** Sourcegraph's id of each entry's webhook. */
  readonly listedIds: ReadonlyMap<Entry, string>
  /** Webhooks that cannot be here what they are there, and why. */
  readonly leftOut: readonly { readonly url: string; readonly reason: string }[]
  /** Event types that are taken over though this version does not know them. */
  readonly unknownTypes: readonly string[]
  /** Whether Sourcegraph posts its events to this service already. */
  readonly isConnected: boolean
}

/** What the webhooks of a Sourcegraph instance are here. Its own webhook that posts to this service is none of them. */
export function handedOver(
  { webhooks: listed, path }: Listing,
  { ingestUrl, except }: { ingestUrl: string; except: readonly string[] },
): HandedOver {
  const receivers = listed.filter(({ url }) => url !== ingestUrl && !except.includes(url))
  const listedIds = new Map<Entry, string>()
  const leftOut: { url: string; reason: string }[] = []
  for (const webhook of receivers) {
    const read = entryOf(webhook, [...path, listed.indexOf(webhook)])
    if ('reason' in read) leftOut.push({ url: webhook.url, reason: read.reason })
    else listedIds.set(read, webhook.id)
  }
  const types = receivers.flatMap(typesOf).map(({ eventType }) => eventType)
  const known = new Set(eventTypes.map(({ key }) => key))
  return {
    entries: [...listedIds.keys()],
    listedIds,
    leftOut,
    unknownTypes: [...new Set(types)].filter((type) => !known.has(type)),
    isConnected: listed.some(({ url }) => url === ingestUrl),
  }
}

function entryOf(webhook: ListedWebhook, path: readonly PropertyKey[]): Entry | { readonly reason: string } {
  const types = typesOf(webhook)
  try {
    const fields = {
      url: webhook.url,
      event_types: [...new Set(types.map(({ eventType }) => eventType))],
      scope: scopeOf(types),
    }
    const read = readEntry(withoutUndefined(fields), path)
    if ('settings' in read) return read
    return { reason: read.map(({ path: place, detail }) => `${String(place.at(-1))}: ${detail}`).join(' ') }
  } catch (error) {
    return { reason: error instanceof Error ? `${error.message}.` : String(error) }
  }
}

function typesOf({ eventTypes: types }: ListedWebhook) {
  return types.filter((type) => type !== null)
}
