import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AwsService, openAwsService } from '../support/aws-service.ts'
import { CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const nothing = { due: 0, delayed: 0, dead_letters: 0 }

describe('GET /queues of the embedded server', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.remove())

  it('tells how much waits, and for how long', async () => {
    const { status, body } = await (await checkedApi(server)).call('GET', '/queues')
    expect(status).toBe(200)
    expect(body).toEqual({
      data: ['fan-out', 'delivery'].map((name) => ({ name, ...nothing, oldest_due_seconds: 0 })),
      next_cursor: null,
    })
  })
})

describe('GET /queues on AWS', () => {
  let service: AwsService
  let receiver: TestReceiver
  let api: CheckedApi

  beforeAll(async () => {
    service = await openAwsService()
    receiver = await startTestReceiver()
    api = new CheckedApi(service.api.url, 'operator-token-of-the-tests')
  })
  afterAll(async () => {
    await service.close()
    await receiver.close()
  })

  const queues = async () => (await api.call('GET', '/queues')).body

  it('tells how much waits', async () => {
    // Of an event that more than ten want, fan-out decides who gets it.
    for (let nth = 0; nth < 11; nth++) await api.createWebhook({ url: receiver.url, event_types: ['a:b'] })
    await api.createWebhook({ url: receiver.url, event_types: ['c:d'] })
    for (const type of ['a:b', 'a:b', 'c:d']) await api.publish(type, {})
    const [fanOut, delivery] = ['fan-out', 'delivery'].map((name) => ({
      ...{ name, ...nothing, oldest_due_seconds: null },
    }))
    expect(await queues()).toEqual({
      data: [
        { ...fanOut, due: 2 },
        { ...delivery, due: 1 },
      ],
      next_cursor: null,
    })
    await service.drain()
    expect(await queues()).toEqual({ data: [fanOut, delivery], next_cursor: null })
  })
})
