import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckedApi, checkedApi, idOf } from '../support/checked-api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const batchChange = { id: 'QmF0Y2hDaGFuZ2U6MTcz', namespace_id: 'T3JnOjI=', state: 'OPEN' }
const changeset = {
  id: 'Q2hhbmdlc2V0OjI4MA==',
  repository_id: 'UmVwb3NpdG9yeToxNQ==',
  batch_change_ids: ['QmF0Y2hDaGFuZ2U6OQ==', 'QmF0Y2hDaGFuZ2U6MTcz'],
  owning_batch_change_id: 'QmF0Y2hDaGFuZ2U6MQ==',
}
const detached = { ...changeset, batch_change_ids: null, owning_batch_change_id: null }
const user = { version: 1, user: { database_id: 123, username: 'alice' } }

describe('a scope', () => {
  let server: TestServer
  let api: CheckedApi

  beforeAll(async () => {
    server = await startTestServer()
    api = await checkedApi(server)
    await api.createSource('shared secret')
  })

  afterAll(() => server.remove())

  it.each([
    ['nothing', {}, 'batch_change:apply', batchChange, true],
    ['nothing', {}, 'user:create', user, true],
    ['a namespace', { namespace_ids: ['VXNlcjox', 'T3JnOjI='] }, 'batch_change:apply', batchChange, true],
    ['another namespace', { namespace_ids: ['VXNlcjox'] }, 'batch_change:apply', batchChange, false],
    ['a namespace', { namespace_ids: ['T3JnOjI='] }, 'changeset:update', changeset, false],
    ['a batch change', { batch_change_ids: [batchChange.id] }, 'batch_change:close', batchChange, true],
    ['a batch change', { batch_change_ids: [batchChange.id] }, 'changeset:update', changeset, true],
    ['an owner', { batch_change_ids: ['QmF0Y2hDaGFuZ2U6MQ=='] }, 'changeset:update', changeset, true],
    ['another', { batch_change_ids: ['QmF0Y2hDaGFuZ2U6MTc='] }, 'changeset:update', changeset, false],
    ['a batch change', { batch_change_ids: [batchChange.id] }, 'changeset:update', detached, false],
    ['a repository', { repository_ids: [changeset.repository_id] }, 'changeset:update', detached, true],
    ['another repository', { repository_ids: ['UmVwb3NpdG9yeTox'] }, 'changeset:update', changeset, false],
    ['a repository', { repository_ids: [changeset.repository_id] }, 'batch_change:apply', batchChange, false],
    ['a repository', { repository_ids: [changeset.repository_id] }, 'user:create', user, false],
    [
      'two kinds that both fit',
      { batch_change_ids: [batchChange.id], repository_ids: [changeset.repository_id] },
      'changeset:update',
      changeset,
      true,
    ],
    [
      'two kinds of which one fits',
      { batch_change_ids: [batchChange.id], repository_ids: ['UmVwb3NpdG9yeTox'] },
      'changeset:update',
      changeset,
      false,
    ],
  ])('that names %s (%j) has of %s: %j → %s', async (_what, scope, type, payload, isWanted) => {
    const id = await api.createWebhook({ url: 'http://127.0.0.1:9/', scope, enabled: false })
    const body = JSON.stringify({ ...payload, unknown_field: id })
    const event = idOf(await api.postAsSourcegraph(type, body, 'shared secret'))
    const shown = await until(async () => {
      const found = await api.get(`/events/${event}`)
      return found.fanned_out_at !== null && found
    })
    expect([shown.missed_by].flat().includes(id)).toBe(isWanted)
  })

  it('can be changed and taken away', async () => {
    const id = await api.createWebhook({ url: 'http://127.0.0.1:9/', scope: { namespace_ids: ['T3JnOjk5'] } })
    const narrowed = await api.call('PATCH', `/webhooks/${id}`, { scope: { repository_ids: ['cg=='] } })
    expect(narrowed.body).toHaveProperty('scope', { repository_ids: ['cg=='] })
    const open = await api.call('PATCH', `/webhooks/${id}`, { scope: {} })
    expect(open.body).toHaveProperty('scope', {})
  })
})
