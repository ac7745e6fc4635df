import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const args = ['--development', '--retry-schedule', '0s,2s']
const events = 50

it('makes the retries that were waiting when the server was stopped, each once', async () => {
  const receiver = await startTestReceiver((_request, response, count) => {
    response.writeHead(count === 1 ? 503 : 200).end()
  })
  const first = await startTestServer({ args })
  const webhookId = await first.api.createWebhook({ url: receiver.url })
  const data = Array.from({ length: events }, (_, n) => ({ type: 'batch_change:apply', payload: { n } }))
  expect((await first.api.call('POST', '/events', data)).status).toBe(202)
  await until(
    async () => (await first.api.deliveries(webhookId, '?status=retrying&limit=100')).length === events,
  )
  await first.stop()
  expect(receiver.requests).toHaveLength(events)

  const second = await startTestServer({ args, dataDir: first.dataDir })
  await receiver.arrived(2 * events)
  const delivered = await until(async () => {
    const found = await second.api.deliveries(webhookId, '?status=delivered&limit=100')
    return found.length === events && found
  })
  expect(delivered.map(({ attempt_count: attempts }) => attempts)).toEqual(
    Array.from({ length: events }, () => 2),
  )
  for (const { id } of delivered) {
    const { body } = await second.api.call('GET', `/deliveries/${id}`)
    expect(body).toMatchObject({
      attempts: [
        { number: 1, response: { status: 503 } },
        { number: 2, response: { status: 200 } },
      ],
    })
  }
  const sent = new Map<string, number>()
  for (const { headers } of receiver.requests) {
    const id = String(headers['webhook-id'])
    sent.set(id, (sent.get(id) ?? 0) + 1)
  }
  expect([...sent.values()]).toEqual(Array.from({ length: events }, () => 2))
  expect([...first.logged, ...second.logged]).toEqual([])
  await second.stop()
  await receiver.close()
  await rm(first.dataDir, { recursive: true, force: true })
})
