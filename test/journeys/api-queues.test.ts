import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AwsService, openAwsService } from '../support/aws-service.ts'
import { CheckedApi, checkedApi } from '../support/checked-api.ts'
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
  let api: CheckedApi

  beforeAll(async () => {
    service = await openAwsService()
    api = new CheckedApi(service.api.url, 'operator-token-of-the-tests')
  })
  afterAll(() => service.close())

  const queues = async () => (await api.call('GET', '/queues')).body

  it('tells how much waits', async () => {
    await api.publish('a:b', {})
    await api.publish('a:b', {})
    const [fanOut, delivery] = ['fan-out', 'delivery'].map((name) => ({
      ...{ name, ...nothing, oldest_due_seconds: null },
    }))
    expect(await queues()).toEqual({ data: [{ ...fanOut, due: 2 }, delivery], next_cursor: null })
    await service.drain()
    expect(await queues()).toEqual({ data: [fanOut, delivery], next_cursor: null })
  })
})
