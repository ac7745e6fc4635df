import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { CheckedApi } from '../support/checked-api.ts'
import { receivedFor } from '../support/received.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { Deployment } from './support/deployment.ts'
import { stage } from './support/global-setup.ts'

describe('a malformed message on a deployed queue', () => {
  let deployment: Deployment
  let api: CheckedApi
  let receiver: TestReceiver

  beforeAll(async () => {
    deployment = new Deployment(stage, inject('emulator').url)
    api = await deployment.api(inject('outputs'))
    receiver = await startTestReceiver()
  })

  afterAll(() => receiver.close())

  it('ends in the dead-letter queue after 20 receives and harms no other', async () => {
    const { queues } = deployment
    const QueueUrl = await deployment.queueUrl('FanOutQueueDeadLetters')
    const fanOutQueueUrl = await deployment.queueUrl('FanOutQueue')
    await api.createWebhook({ url: receiver.url, event_types: ['beside:poison'] })
    const { Attributes } = await queues.send(
      new GetQueueAttributesCommand({ QueueUrl: fanOutQueueUrl, AttributeNames: ['All'] }),
    )
    // Twenty times three minutes are an hour: the test has the queue hand its messages out again sooner.
    const visibility = (VisibilityTimeout: string) =>
      queues.send(
        new SetQueueAttributesCommand({ QueueUrl: fanOutQueueUrl, Attributes: { VisibilityTimeout } }),
      )
    await visibility('1')
    await queues.send(new SendMessageCommand({ QueueUrl: fanOutQueueUrl, MessageBody: 'not JSON' }))
    await receivedFor(receiver, await api.publish('beside:poison', {}))
    const dead = await until(
      async () => (await queues.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0],
      { timeoutMs: 90_000, what: 'the dead letter' },
    )
    await visibility(String(Attributes?.VisibilityTimeout))
    expect(dead.Body).toBe('not JSON')
    expect(JSON.parse(String(Attributes?.RedrivePolicy))).toMatchObject({ maxReceiveCount: 20 })
    expect(Attributes?.VisibilityTimeout).toBe('180')
  }, 120_000)
})
