import { describe, expect, it } from 'vitest'
import { countsOf } from '../../cli/plan/plan.ts'
import { planned, problemsOf, wish } from './support/planning.ts'
import { aShownWebhook, entriesOf } from './support/webhooks.ts'

describe('finding the webhook of an entry', () => {
  it('goes by the id, also when the URL is another', () => {
    const webhook = aShownWebhook()
    const plan = planned(entriesOf({ ...wish, id: webhook.id, url: 'https://new.example.com/' }), [
      webhook,
      aShownWebhook(),
    ])
    expect(plan.steps).toMatchObject([
      { action: 'change', id: webhook.id, patch: { url: 'https://new.example.com/' } },
    ])
  })

  it('goes by the URL when the server does not have the id, or none is given', () => {
    const webhook = aShownWebhook()
    for (const entry of [wish, { ...wish, id: 'whk_zzzzzzzzzzzzzzzz' }])
      expect(countsOf(planned(entriesOf(entry), [webhook]))).toMatchObject({ to_create: 0, unchanged: 1 })
  })

  it('creates what is nowhere', () => {
    expect(
      planned(entriesOf(wish), [aShownWebhook({ url: 'https://two.example.com/' })]).steps,
    ).toMatchObject([{ action: 'create', url: wish.url }])
  })

  it('takes those that are equal where several have the URL', () => {
    const webhooks = [aShownWebhook(), aShownWebhook({ description: 'two' })]
    const plan = planned(entriesOf({ ...wish, description: 'two' }, wish), webhooks)
    expect(countsOf(plan)).toMatchObject({ to_create: 0, to_change: 0, unchanged: 2 })
  })

  it('says what to do where it cannot tell', () => {
    const webhooks = [aShownWebhook({ description: 'one' }), aShownWebhook({ description: 'two' })]
    expect(problemsOf(entriesOf({ ...wish, description: 'three' }), webhooks)).toEqual([
      expect.stringMatching(/^webhooks.0 could be any of whk_\d+, whk_\d+.*give the id/),
    ])
    const two = entriesOf({ ...wish, description: 'three' }, { ...wish, description: 'four' })
    expect(problemsOf(two, webhooks.slice(0, 1))).toHaveLength(2)
  })

  it('deletes what is not in the file only when it is told to', () => {
    const webhooks = [aShownWebhook(), aShownWebhook({ url: 'https://two.example.com/' })]
    expect(planned(entriesOf(wish), webhooks)).toMatchObject({ steps: [], left: [webhooks[1]] })
    const plan = planned(entriesOf(wish), webhooks, { prunes: true })
    expect(plan).toMatchObject({ steps: [{ action: 'delete', id: webhooks[1]?.id }], left: [] })
  })
})
