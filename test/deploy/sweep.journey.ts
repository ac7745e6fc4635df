import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { DynamoDeliveries } from '../../functions/adapters/aws/dynamo-deliveries.ts'
import type { CheckedApi } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { Deployment } from './support/deployment.ts'
import { stage } from './support/global-setup.ts'

const retentionMs = 30 * 86_400_000

describe('the schedule of the deployed sweep', () => {
  let deployment: Deployment
  let api: CheckedApi
  let receiver: TestReceiver

  beforeAll(async () => {
    deployment = new Deployment(stage, inject('emulator').url)
    api = await deployment.api(inject('outputs'))
    receiver = await startTestReceiver((_request, response, count) => {
      response.statusCode = count === 1 ? 503 : 200
      response.end()
    })
  })

  afterAll(() => receiver.close())

  it('makes a retry that was due in an hour, once the hour has passed', async () => {
    const id = await api.createWebhook({
      url: receiver.url,
      event_types: ['much:later'],
      retry_schedule: ['0s', '1h'],
    })
    const event = await api.publish('much:later', {})
    const retrying = async () => (await api.list(`/webhooks/${id}/deliveries?status=retrying`))[0]
    const delivery = await until(retrying, { timeoutMs: 30_000 })

    // The hour is taken off the log's row; the rule of the stack then calls the sweep within a minute.
    const table = await deployment.table('LogTable')
    const log = { info: () => {}, error: () => {} }
    const deliveries = new DynamoDeliveries({ table, retentionMs, now: Date.now, log })
    const waiting = await deliveries.find(delivery.id)
    if (waiting === undefined) throw new Error('The delivery is not in the table.')
    const now = Date.now()
    await deliveries.record({ delivery: { ...waiting, nextAttemptAt: now }, sweepAt: now })

    await receivedFor(receiver, event, 2)
    const delivered = async () => (await api.list(`/webhooks/${id}/deliveries?status=delivered`))[0]
    expect(await until(delivered, { timeoutMs: 30_000 })).toMatchObject({ id: delivery.id, attempt_count: 2 })
  }, 120_000)
})
