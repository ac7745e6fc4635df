import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type CheckedApi, idOf, textOf } from '../support/checked-api.ts'
import { Deployment } from './support/deployment.ts'
import { stage } from './support/global-setup.ts'

const url = 'http://127.0.0.1:9/hooks'

describe('webhooks of the deployed API', () => {
  let api: CheckedApi

  beforeAll(async () => {
    api = await new Deployment(stage, inject('emulator').url).api(inject('outputs'))
  })

  it('are made, shown, listed, changed and deleted', async () => {
    const made = await api.call('POST', '/webhooks', { url, event_types: ['crud:a'], description: 'first' })
    expect(made.status).toBe(201)
    expect(textOf(made, 'secret')).toMatch(/^whsec_/)
    const path = `/webhooks/${idOf(made)}`
    expect(await api.get(path)).toMatchObject({ url, event_types: ['crud:a'], description: 'first' })
    expect((await api.pages('/webhooks')).flat().map(({ id }) => id)).toContain(idOf(made))

    const changed = await api.call('PATCH', path, { event_types: ['crud:b', 'crud:c'], enabled: false })
    expect(changed.body).toMatchObject({ event_types: ['crud:b', 'crud:c'], enabled: false })
    expect(await api.get(path)).toMatchObject({ event_types: ['crud:b', 'crud:c'], description: 'first' })

    expect((await api.call('DELETE', path)).status).toBe(204)
    expect((await api.call('GET', path)).status).toBe(404)
    expect((await api.pages('/webhooks')).flat().map(({ id }) => id)).not.toContain(idOf(made))
  })

  it('are changed only if they are as the caller saw them', async () => {
    const id = await api.createWebhook({ url, event_types: ['crud:a'] })
    const seen = (await api.call('GET', `/webhooks/${id}`)).headers.get('etag') ?? ''
    const change = (description: string) =>
      api.call('PATCH', `/webhooks/${id}`, { description }, { 'if-match': seen })
    expect((await change('one')).status).toBe(200)
    expect((await change('two')).status).toBe(412)
  })

  it('are refused with every field that is wrong', async () => {
    const reply = await api.call('POST', '/webhooks', { url: 'http://10.0.0.1/', event_types: [] })
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ errors: [{ field: 'event_types' }, { field: 'url' }] })
  })
})
