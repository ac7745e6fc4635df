import { randomBytes } from 'node:crypto'
import { Agent, request as startRequest } from 'node:https'
import { HttpSender } from '../../functions/adapters/http/http-sender.ts'
import { untroubled } from '../../functions/domain/breaker.ts'
import { ExpiringCache } from '../../functions/domain/expiring-cache.ts'
import { deliveryId, eventId } from '../../functions/domain/ids.ts'
import { parseNetwork } from '../../functions/domain/ip-address.ts'
import { defaultRetrySchedule } from '../../functions/domain/retry-schedule.ts'
import { type AttemptDelivery, attemptDelivery } from '../../functions/use-cases/attempt-delivery.ts'
import { userAgent } from '../../functions/version.ts'
import { aWebhook } from '../../test/support/builders.ts'
import { eventType, payload } from '../load.ts'
import type { Variant } from './messages.ts'

/** Sends one request of 1 KB and resolves when its answer has been read; rejects when there is none in time. */
export type Send = (url: string) => Promise<void>

const text = payload()
const body = Buffer.from(text)

/** Each way to send, made anew: it has no connections yet. */
export const senders: Readonly<Record<Variant, (deadlineMs: number) => Send>> = {
  engine,
  'node:https': bareHttps,
  fetch: (deadlineMs) => async (url) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: text,
      signal: AbortSignal.timeout(deadlineMs),
    })
    await response.text()
  },
}

/** The least that sends over kept connections: no signature, no guard, no deadline, no record. */
function bareHttps(): Send {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length }
  return (url) =>
    new Promise((resolve, reject) => {
      startRequest(url, { agent, method: 'POST', headers }, (response) => {
        response.resume().on('end', resolve).on('error', reject)
      })
        .on('error', reject)
        .end(body)
    })
}

/**
 * All that `deliver` does with a message, but for the stores, which are in memory: look the webhook and its breaker up,
 * sign, guard, send within the deadline, decide what follows, and write the record as text.
 */
function engine(deadlineMs: number): Send {
  const { deps, webhookOf, failed } = inMemory(deadlineMs)
  // Made by ingestion, not by who delivers; to stores that remember nothing they may come again.
  const eventIds = Array.from({ length: 1_000 }, () => eventId(Date.now(), randomBytes(16)))
  let sent = 0
  return async (url) => {
    const webhookId = webhookOf(url)
    const message = {
      delivery_id: deliveryId({ eventId: eventIds[sent++ % eventIds.length] ?? '', webhookId }),
      event_type: eventType,
      attempt: 1,
      trigger: 'event' as const,
      payload: text,
    }
    await attemptDelivery(deps, message, false)
    if (failed.delete(message.delivery_id)) throw new Error('There was no answer.')
  }
}

function inMemory(deadlineMs: number) {
  const now = Date.now
  const policy = {
    allowedNetworks: [parseNetwork('127.0.0.0/8')],
    allowHttp: false,
    allowedPorts: 'any',
  } as const
  const failed = new Set<string>()
  const ids = new Map<string, string>()
  const webhooks = new Map<string, ReturnType<typeof aWebhook>>()
  const webhookOf = (url: string) => {
    const known = ids.get(url)
    if (known !== undefined) return known
    const webhook = aWebhook({ url })
    ids.set(url, webhook.id)
    webhooks.set(webhook.id, webhook)
    return webhook.id
  }
  const kept = <Value>() => new ExpiringCache<Value>({ maxAgeMs: 300_000, maxEntries: 10_000 }, now)
  const deps: AttemptDelivery = {
    webhooks: { get: async (id) => webhooks.get(id), disable: async () => {} },
    breakers: { get: async () => untroubled, replace: async () => true },
    deliveries: {
      find: async () => undefined,
      record: async (entry) => {
        if (JSON.stringify(entry).length === 0) throw new Error('There is no record.')
        if (entry.delivery.errored) failed.add(entry.delivery.id)
      },
    },
    events: { payload: async () => undefined },
    deliveryQueue: { send: async () => [] },
    limiter: { reserve: async () => 0 },
    sender: new HttpSender({ policy, deadlineMs, maxConnectionsPerOrigin: 256 }),
    unlogged: kept(),
    streaks: kept(),
    openedSecrets: kept(),
    slowness: undefined,
    cipher: { open: async () => 'whsec_dGhlIHNlY3JldCBvZiB0aGUgYmVuY2gsIDMyIGI=' },
    userAgent,
    defaultSchedule: defaultRetrySchedule,
    observe: () => {},
    now,
    chance: Math.random,
    pause: async () => {},
  }
  return { deps, webhookOf, failed }
}
