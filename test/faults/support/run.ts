import * as z from 'zod'
import type { Bed } from './bed.ts'
import type { RunWebhook } from './ledgers.ts'

const Accepted = z.object({ id: z.string() })
const maxTries = 60
const postsAtOnce = 20
const stepMs = 15_000
const auditMs = 12 * 60_000
const maxVirtualMs = 12 * 3_600_000

/** How many events a fault is run with: fewer in `npm test`, 1,000 by `npm run faults`. */
export const eventCount = Number(process.env.FAULT_EVENTS ?? 60)
export const seed = Number(process.env.SEED ?? 20_261_124)

/** Creates webhooks for all event types, each with a path of its own at the receiver. */
export async function addWebhooks(
  { call, receiver }: Bed,
  count: number,
  over: (nth: number) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<readonly RunWebhook[]> {
  const webhooks: RunWebhook[] = []
  for (let nth = 0; nth < count; nth++) {
    const path = `/${nth}`
    const body = { url: `${receiver.url}${path}`, event_types: ['*'], ...over(nth) }
    webhooks.push({ id: Accepted.parse((await call('POST', '/webhooks', body)).body).id, path })
  }
  return webhooks
}

/**
 * Publishes events as a publisher does that repeats itself until it is answered 202, with the same key.
 * @param onRefused called for each answer that is no 202.
 * @returns the ids that it was answered with.
 */
export async function publish(
  { call }: Bed,
  count: number,
  {
    prefix = 'event',
    typeOf = () => 'a:b',
    onRefused = () => {},
  }: {
    prefix?: string
    typeOf?: (nth: number) => string
    onRefused?: (status: number, retryAfter: string | null) => void | Promise<void>
  } = {},
): Promise<string[]> {
  const ids: string[] = []
  const one = async (nth: number) => {
    const event = { type: typeOf(nth), payload: { nth }, idempotency_key: `${prefix}-${nth}` }
    for (let tries = 0; tries < maxTries; tries++) {
      const { status, headers, body } = await call('POST', '/events', event)
      if (status === 202) {
        ids[nth] = Accepted.parse(body).id
        return
      }
      await onRefused(status, headers.get('retry-after'))
    }
    throw new Error(`Event ${nth} was refused ${maxTries} times.`)
  }
  for (let at = 0; at < count; at += postsAtOnce)
    await Promise.all(Array.from({ length: Math.min(postsAtOnce, count - at) }, (_, nth) => one(at + nth)))
  return ids
}

/**
 * Lets time pass and handles what comes due, with a sweep every minute, until nothing waits any more, and then until the
 * audit has looked at every event. Rejects when it takes more than half a day by the clock of the bed.
 */
export async function settle(bed: Bed): Promise<void> {
  const startedAt = bed.now()
  await untilQuiet(bed, startedAt)
  const auditedAt = bed.now() + auditMs
  while (bed.now() < auditedAt) {
    await bed.advance(60_000)
    await bed.sweep()
    await handleForAWhile(bed)
  }
  await untilQuiet(bed, startedAt)
}

/** In steps of seconds: on AWS a crowd goes by few batches a second, and what waits for minutes is queued once more. */
async function handleForAWhile(bed: Bed): Promise<void> {
  for (let steps = 0; steps < 20; steps++) {
    await bed.handleDue()
    if (!(await bed.isBusy())) return
    await bed.advance(2_000)
  }
}

async function untilQuiet(bed: Bed, startedAt: number): Promise<void> {
  for (let steps = 1; ; steps++) {
    await bed.handleDue()
    if (!(await bed.isBusy())) return
    if (bed.now() - startedAt > maxVirtualMs) throw new Error('It does not come to rest.')
    await bed.advance(stepMs)
    if ((steps * stepMs) % 60_000 === 0) await bed.sweep()
  }
}
