import { describe, expect, it } from 'vitest'
import { planData, planText } from '../../cli/plan/plan-text.ts'
import { environment, planned, wish } from './support/planning.ts'
import { aShownWebhook, entriesOf } from './support/webhooks.ts'

describe('a plan in words', () => {
  const entries = entriesOf(
    {
      ...wish,
      event_types: ['changeset:publish', '*'],
      auth: { type: 'basic', username: 'u', password: { from_env: 'PASSWORD' } },
      description: 'after\u001b[31m',
    },
    {
      ...wish,
      url: 'https://new.example.com/',
      headers: { 'X-Team': { from_env: 'TEAM' } },
      secret: { from_env: 'SECRET' },
    },
  )
  const webhooks = [
    aShownWebhook({
      id: 'whk_0000000000000001',
      event_types: ['batch_change:apply', '*'],
      description: 'before',
      header_names: ['X-Old'],
    }),
    aShownWebhook({ id: 'whk_0000000000000002', url: 'https://old.example.com/' }),
  ]

  it('names every field, and no secret', () => {
    expect(planText(planned(entries, webhooks, { prunes: true }), { colors: false })).toBe(`\
~ change whk_0000000000000001 https://hooks.example.com/one
    event_types: +changeset:publish -batch_change:apply
    description: "before" → "after\\u001b[31m"
    auth: none → {"type":"basic","username":"u"}
    auth.password: set (not shown)
    headers.X-Old: removed
+ create https://new.example.com/
    event_types: batch_change:apply
    headers.X-Team: set (not shown)
    secret: from the environment's SECRET
- delete whk_0000000000000002 https://old.example.com/
    with its whole log; nothing more is sent to it

1 to create, 1 to change, 1 to delete, 0 unchanged.
`)
  })

  it('says of a webhook that the service turned off why it did', () => {
    const webhook = aShownWebhook({ enabled: false, disabled_reason: 'gone' })
    const plan = planned(entriesOf(wish), [webhook])
    expect(planText(plan, { colors: false })).toContain(
      '    enabled: false → true (the service turned it off: gone)\n',
    )
  })

  it('says what stays', () => {
    expect(planText(planned([], webhooks), { colors: false })).toBe(`\
Not in the file, so they stay as they are:
  whk_0000000000000001 https://hooks.example.com/one
  whk_0000000000000002 https://old.example.com/
0 to create, 0 to change, 0 unchanged.
`)
  })

  it('has colors only where they are wanted', () => {
    const plan = planned(entries, webhooks)
    expect(planText(plan, { colors: true })).toContain('\u001b[32m+ create')
    expect(planText(plan, { colors: false })).not.toContain('\u001b')
  })

  it('has no hidden value for programs either', () => {
    const text = JSON.stringify(planData(planned(entries, webhooks)))
    for (const value of environment.values()) expect(text).not.toContain(value)
  })
})
