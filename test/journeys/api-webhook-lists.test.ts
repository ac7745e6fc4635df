import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const url = 'http://127.0.0.1:9/'

describe('the list of webhooks', () => {
  let server: TestServer
  let api: CheckedApi
  const created: string[] = []

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
    for (const index of Array.from({ length: 7 }).keys()) {
      const event_types = index === 0 ? ['*'] : index < 4 ? ['a:b'] : ['c:d', 'e:f']
      created.unshift(await api.createWebhook({ url, event_types, enabled: index % 2 === 0 }))
    }
  })

  afterAll(() => server.remove())

  const idsOf = async (query: string) => (await api.list(`/webhooks${query}`)).map(({ id }) => id)

  it('comes newest first', async () => {
    expect(await idsOf('')).toEqual(created.toSorted().toReversed())
  })

  it('has those that get an event type, by name or by *', async () => {
    expect(await idsOf('?event_type=a:b')).toHaveLength(4)
    expect(await idsOf('?event_type=e:f')).toHaveLength(4)
    expect(await idsOf('?event_type=unheard:of')).toHaveLength(1)
    expect(await idsOf('?event_type=*')).toHaveLength(1)
  })

  it('has those that are on, or those that are off', async () => {
    expect(await idsOf('?enabled=true')).toHaveLength(4)
    expect(await idsOf('?enabled=false')).toHaveLength(3)
    expect(await idsOf('?enabled=false&event_type=a:b')).toHaveLength(2)
  })

  it.each([1, 2, 3, 7, 100])('is walked by cursors with %i on a page, each webhook once', async (limit) => {
    const pages = await api.pages(`/webhooks?limit=${limit}`)
    expect(pages.flat().map(({ id }) => id)).toEqual(created.toSorted().toReversed())
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit)
  })

  it('refuses what is no filter, naming each', async () => {
    const { status, body } = await api.call(
      'GET',
      '/webhooks?enabled=yes&limit=0&cursor=abc&event_type=a%20b&type=a:b',
    )
    expect(status).toBe(422)
    expect(body).toMatchObject({
      errors: ['event_type', 'enabled', 'limit', 'cursor', 'type'].map((field) => ({ field })),
    })
  })

  it.each(['101', '-1', '1.5', 'x', ''])('refuses the limit "%s"', async (limit) => {
    expect((await api.call('GET', `/webhooks?limit=${limit}`)).status).toBe(422)
  })
})
