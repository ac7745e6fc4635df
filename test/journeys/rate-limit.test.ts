import { expect, it } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const events = 30
const perSecond = 20
const intervalMs = 1_000 / perSecond

/** The most of these times, in order, that lie within any one second. */
function mostWithinASecond(times: readonly number[]): number {
  return Math.max(
    ...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length),
  )
}

// Arrivals are spread by the machine's own delays; a loaded one may bunch two of them more than our pace does.
it('sends to a webhook with a rate limit at its pace, and loses nothing', { retry: 2 }, async () => {
  const arrivals: number[] = []
  const receiver = await startTestReceiver((_request, response) => {
    arrivals.push(performance.now())
    response.end()
  })
  const server = await startTestServer()
  const webhookId = await server.api.createWebhook({ url: receiver.url, rate_limit: perSecond })
  const postedAt = performance.now()
  // Three publishers at once.
  const third = Array.from({ length: events / 3 }, (_, n) => ({ type: 'batch_change:apply', payload: { n } }))
  await Promise.all(Array.from({ length: 3 }, () => server.api.call('POST', '/events', third)))
  await receiver.arrived(events)
  const delivered = await until(async () => {
    const found = await server.api.deliveries(webhookId, '?status=delivered&limit=100')
    return found.length === events && found
  })
  await server.remove()
  await receiver.close()

  expect(delivered.every(({ attempt_count: attempts }) => attempts === 1)).toBe(true)
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(events)
  expect(receiver.requests).toHaveLength(events)
  // Places are given out no earlier than the events were posted, and none is used before its time.
  for (const [nth, at] of arrivals.entries())
    expect(at).toBeGreaterThanOrEqual(postedAt + nth * intervalMs - 2)
  expect(mostWithinASecond(arrivals)).toBeLessThanOrEqual(perSecond + 1)
})
