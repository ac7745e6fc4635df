import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { DynamoWebhooks } from '../../functions/adapters/aws/dynamo-webhooks.ts'
import type { CheckedApi } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { deploy, destroy } from './support/cdk.ts'
import { Deployment } from './support/deployment.ts'
import { settings } from './support/global-setup.ts'

const second = 'production'
const secret = 'kept as long as the key'

describe('a second stage beside the first', () => {
  const emulator = inject('emulator')
  const deployment = new Deployment(second, emulator.url)
  let api: CheckedApi
  let receiver: TestReceiver
  let webhook: string
  let event: string

  beforeAll(async () => {
    receiver = await startTestReceiver()
    const outputs = await deploy(emulator, { stage: second, settings })
    api = await deployment.api(outputs)
    webhook = await api.createWebhook({ url: receiver.url, secret, event_types: ['second:stage'] })
    event = await api.publish('second:stage', { before: 'the update' })
    await receivedFor(receiver, event)
  })

  afterAll(() => receiver.close())

  it('has webhooks and tokens of its own', async () => {
    const first = await new Deployment('development', emulator.url).api(inject('outputs'))
    expect((await first.call('GET', `/webhooks/${webhook}`)).status).toBe(404)
    const api2 = api.as(await first.createToken(['admin']))
    expect((await api2.call('GET', '/webhooks')).status).toBe(401)
  })

  it('keeps webhooks, log and API when an update is deployed over it', async () => {
    const outputs = await deploy(emulator, {
      stage: second,
      settings: { ...settings, retentionDays: '7', requestsPerSecond: '100' },
    })
    const updated = await deployment.api(outputs)
    expect(updated.url).toBe(api.url)
    expect(await updated.get(`/webhooks/${webhook}`)).toMatchObject({ url: receiver.url })
    expect(await updated.get(`/events/${event}`)).toMatchObject({ payload: { before: 'the update' } })
    await receivedFor(receiver, await updated.publish('second:stage', { after: 'the update' }))
  })

  it('leaves its tables and the key to their secrets when it is destroyed', async () => {
    await destroy(emulator, second)
    expect((await fetch(`${api.url}/health`)).status).toBeGreaterThanOrEqual(400)
    const webhooks = new DynamoWebhooks(await deployment.table('ConfigTable'), Date.now)
    const kept = await webhooks.get(webhook)
    if (kept === undefined) throw new Error('The webhook is gone.')
    expect(await deployment.openings(kept)).toContain(secret)
    await expect(deployment.queueUrl('FanOutQueue')).rejects.toThrow('0 times')
  })
})
