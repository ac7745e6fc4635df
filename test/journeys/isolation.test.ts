import { expect, it } from 'vitest'
import * as z from 'zod'
import { startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const WithStats = z.object({ stats: z.object({ total: z.number(), errored: z.number() }) })
const mostAtOnce = 64

it('delivers to one webhook while another hangs and has many events', async () => {
  const held: (() => void)[] = []
  const hanging = await startTestReceiver((_request, response) => {
    held.push(() => response.end())
  })
  const healthy = await startTestReceiver()
  const server = await startTestServer()
  const hangingId = await server.api.createWebhook({ url: hanging.url, event_types: ['to:hanging'] })
  const healthyId = await server.api.createWebhook({ url: healthy.url, event_types: ['to:healthy'] })
  const post = async (type: string) => {
    const data = Array.from({ length: 100 }, (_, n) => ({ type, payload: { n } }))
    expect((await server.api.call('POST', '/events', data)).status).toBe(202)
  }

  for (let n = 0; n < 3; n++) await post('to:hanging')
  await hanging.arrived(mostAtOnce)
  await post('to:healthy')
  await healthy.arrived(100)
  await until(
    async () => (await server.api.deliveries(healthyId, '?status=delivered&limit=100')).length === 100,
  )
  // All of the healthy one's are over; of the hanging one's, none is, and no more are under way than may be.
  expect(await server.api.deliveries(hangingId)).toEqual([])
  expect(hanging.requests).toHaveLength(mostAtOnce)

  for (let answered = 0; answered < 300; answered++) {
    await until(() => held.length > answered)
    held[answered]?.()
  }
  const stats = await until(async () => {
    const { body } = await server.api.call('GET', `/webhooks/${hangingId}`)
    const counted = WithStats.parse(body).stats
    return counted.total === 300 && counted
  })
  expect(stats.errored).toBe(0)
  expect(new Set(hanging.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(300)
  expect(hanging.requests).toHaveLength(300)
  await server.remove()
  await hanging.close()
  await healthy.close()
})

it('delivers to one webhook while twenty others hang', async () => {
  const held: (() => void)[] = []
  let isOver = false
  const hanging = await startTestReceiver((_request, response) => {
    if (isOver) response.end()
    else held.push(() => response.end())
  })
  const healthy = await startTestReceiver()
  const server = await startTestServer()
  for (let nth = 0; nth < 20; nth++) {
    await server.api.createWebhook({ url: `${hanging.url}/${nth}`, event_types: ['to:hanging'] })
  }
  await server.api.createWebhook({ url: healthy.url, event_types: ['to:healthy'] })
  const many = Array.from({ length: 100 }, (_, n) => ({ type: 'to:hanging', payload: { n } }))
  expect((await server.api.call('POST', '/events', many)).status).toBe(202)
  await hanging.arrived(20)
  for (let nth = 1; nth <= 20; nth++) {
    await server.api.publish('to:healthy', { nth })
    await healthy.arrived(nth)
  }
  // None of the requests to the others has been answered: nothing made room but the shares.
  expect(held.length).toBe(hanging.requests.length)
  isOver = true
  for (const release of held) release()
  await server.remove()
  await hanging.close()
  await healthy.close()
})
