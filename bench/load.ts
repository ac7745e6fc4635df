import type { Load } from './messages.ts'

export const eventType = 'bench:event'
const payloadBytes = 1_024

/** Where events go, and the paths of the webhooks that want them. */
export interface Target {
  readonly url: string
  readonly token: string
  readonly paths: readonly string[]
}

/** The load on a target: events of 1 KB, in the token-authenticated form, so many to a request. */
export function loadOf(
  { url, token, paths }: Target,
  {
    eventsPerRequest,
    connections,
    seconds,
    maxDeliveries,
    ratePerSecond,
  }: {
    eventsPerRequest: number
    connections: number
    seconds: number
    maxDeliveries: number
    ratePerSecond?: number | undefined
  },
): Load {
  const events = Array.from({ length: eventsPerRequest }, () => eventBody(eventType)).join(',')
  return {
    url,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    bodies: [eventsPerRequest === 1 ? events : `[${events}]`],
    connections,
    seconds,
    maxRequests: Math.max(1, Math.floor(maxDeliveries / paths.length / eventsPerRequest)),
    ratePerSecond,
  }
}

/** A request with one event of that type. */
export function eventBody(type: string): string {
  return `{"type":"${type}","payload":${payload()}}`
}

/** JSON text of exactly 1,024 bytes, of the fields that a batch change has. */
export function payload(): string {
  const batchChange = {
    id: 'QmF0Y2hDaGFuZ2U6MTcz',
    namespace_id: 'VXNlcjox',
    name: 'update-base-images',
    description: '',
    state: 'OPEN',
    creator_user_id: 'VXNlcjox',
    last_applier_user_id: 'VXNlcjox',
    url: '/users/alice/batch-changes/update-base-images',
    created_at: '2026-01-12T09:30:00Z',
    updated_at: '2026-01-12T09:31:00Z',
    last_applied_at: '2026-01-12T09:31:00Z',
    closed_at: null,
  }
  const missing = payloadBytes - JSON.stringify(batchChange).length
  const description = 'Moves every Dockerfile to the current base images. '.repeat(20).slice(0, missing)
  return JSON.stringify({ ...batchChange, description })
}
