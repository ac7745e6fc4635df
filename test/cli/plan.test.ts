import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secretOriginOf } from '../../cli/plan/creation.ts'
import { countsOf, makePlan, type Plan, type PlanOptions } from '../../cli/plan/plan.ts'
import { planData, planText } from '../../cli/plan/plan-text.ts'
import type { WebhookResource } from '../../cli/resources.ts'
import type { Entry } from '../../cli/webhook-file/entry.ts'
import { readWebhookFile, webhookFile } from '../../cli/webhook-file/webhook-file.ts'
import { anyShownWebhook, aShownWebhook, entriesOf, serverAfter } from './support/webhooks.ts'

const environment = new Map([
  ['TEAM', 'team-value'],
  ['PASSWORD', 'pass-value'],
  ['SECRET', 'shared secret'],
])
const variable = (name: string) => environment.get(name)

const optionsWith = (options: Partial<PlanOptions> = {}): PlanOptions => ({
  variable,
  prunes: false,
  writesValues: false,
  unnamed: 'default',
  secretOf: (entry) => secretOriginOf(entry, { variable, generates: true }),
  ...options,
})

function planned(
  entries: readonly Entry[],
  webhooks: readonly WebhookResource[],
  options: Partial<PlanOptions> = {},
): Plan {
  const plan = makePlan(entries, webhooks, optionsWith(options))
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems))
  return plan
}

function problemsOf(entries: readonly Entry[], webhooks: readonly WebhookResource[], options = {}) {
  const plan = makePlan(entries, webhooks, optionsWith(options))
  return 'problems' in plan ? plan.problems.map(({ path, detail }) => `${path.join('.')} ${detail}`) : []
}

const wish = { url: 'https://hooks.example.com/one', event_types: ['batch_change:apply'] }
const { id: _id, ...same } = { id: '', ...wish }

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
    for (const entry of [same, { ...same, id: 'whk_zzzzzzzzzzzzzzzz' }])
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

describe('what changes', () => {
  it.each([
    ['a field', { description: 'new' }, {}, { description: 'new' }],
    [
      'what the file leaves out',
      {},
      { description: 'old', enabled: false, rate_limit: 5, retry_schedule: ['0s'] },
      { description: '', enabled: true, rate_limit: null, retry_schedule: null },
    ],
    ['a scope', { scope: { repository_ids: ['a'] } }, {}, { scope: { repository_ids: ['a'] } }],
    ['the scope to none', {}, { scope: { repository_ids: ['a'] } }, { scope: {} }],
    [
      'a header that is not there',
      { headers: { 'X-Team': { from_env: 'TEAM' } } },
      {},
      { headers: { 'X-Team': 'team-value' } },
    ],
    ['a plain header', { headers: { 'X-Team': 'plain' } }, {}, { headers: { 'X-Team': 'plain' } }],
    [
      'headers that are not named',
      { headers: { 'x-team': { keep: true } } },
      { header_names: ['X-Team', 'X-Old'] },
      { headers: { 'X-Old': null } },
    ],
    [
      'credentials',
      { auth: { type: 'basic', username: 'a', password: { from_env: 'PASSWORD' } } },
      {},
      { auth: { type: 'basic', username: 'a', password: 'pass-value' } },
    ],
    [
      'a user name',
      { auth: { type: 'basic', username: 'a', password: { from_env: 'PASSWORD' } } },
      { auth: { type: 'basic', username: 'b' } },
      { auth: { type: 'basic', username: 'a', password: 'pass-value' } },
    ],
    ['credentials that are not named', {}, { auth: { type: 'bearer' } }, { auth: null }],
    [
      'a header to credentials',
      { auth: { type: 'bearer', token: { from_env: 'TEAM' } } },
      { header_names: ['authorization'] },
      { auth: { type: 'bearer', token: 'team-value' } },
    ],
    [
      'credentials to a header',
      { headers: { Authorization: { from_env: 'TEAM' } } },
      { auth: { type: 'bearer' } },
      { headers: { Authorization: 'team-value' }, auth: null },
    ],
  ])('is %s', (_what, entry, webhook, patch) => {
    const plan = planned(entriesOf({ ...wish, ...entry }), [aShownWebhook(webhook)])
    expect(plan.steps).toMatchObject([{ action: 'change' }])
    expect(plan.steps[0]).toHaveProperty('patch', patch)
  })

  it.each([
    [
      'hidden values that are kept',
      { headers: { 'X-Team': { keep: true } }, auth: { type: 'bearer', token: { keep: true } } },
      0,
    ],
    [
      'hidden values that may be the same',
      { headers: { 'X-Team': { from_env: 'TEAM' } }, auth: { type: 'bearer', token: { from_env: 'TEAM' } } },
      2,
    ],
    [
      'hidden values whose variable is not set, since it is not needed',
      { headers: { 'X-Team': { from_env: 'NONE' } }, auth: { type: 'bearer', token: { from_env: 'NONE' } } },
      2,
    ],
    [
      'a secret',
      {
        headers: { 'X-Team': 'x' },
        auth: { type: 'bearer', token: { keep: true } },
        secret: { from_env: 'SECRET' },
      },
      1,
    ],
  ])('is not %s', (_what, entry, uncompared) => {
    const webhook = aShownWebhook({ header_names: ['X-Team'], auth: { type: 'bearer' } })
    const plan = planned(entriesOf({ ...wish, ...entry }), [webhook])
    expect(plan.steps).toEqual([])
    expect(plan.uncompared).toBe(uncompared)
  })

  it('is written again, of hidden values, when that is asked for', () => {
    const entry = {
      ...wish,
      headers: { 'X-Team': { from_env: 'TEAM' }, 'X-Kept': { keep: true } },
      auth: { type: 'basic', username: 'a', password: { from_env: 'PASSWORD' } },
    }
    const webhook = aShownWebhook({
      header_names: ['X-Team', 'X-Kept'],
      auth: { type: 'basic', username: 'a' },
    })
    const [step] = planned(entriesOf(entry), [webhook], { writesValues: true }).steps
    expect(step).toHaveProperty('patch', {
      headers: { 'X-Team': 'team-value' },
      auth: { type: 'basic', username: 'a', password: 'pass-value' },
    })
  })

  it.each([
    [
      'a header to keep that is not there',
      { headers: { 'X-Team': { keep: true } } },
      /^webhooks.0.headers.X-Team says keep/,
    ],
    [
      'a variable that is not there',
      { headers: { 'X-Team': { from_env: 'NONE' } } },
      /^webhooks.0.headers.X-Team is to come from NONE/,
    ],
    [
      'a password to keep for another user',
      { auth: { type: 'basic', username: 'b', password: { keep: true } } },
      /^webhooks.0.auth.password says keep/,
    ],
  ])('cannot be planned with %s', (_what, entry, words) => {
    const webhook = aShownWebhook({ auth: { type: 'basic', username: 'a' } })
    for (const webhooks of [[webhook], []])
      expect(problemsOf(entriesOf({ ...wish, ...entry }), webhooks)).toEqual([expect.stringMatching(words)])
  })

  it('leaves what is not named as it is where that is asked for', () => {
    const webhook = aShownWebhook({ description: 'mine', header_names: ['X-Team'], enabled: false })
    expect(planned(entriesOf(wish), [webhook], { unnamed: 'stays' }).steps).toEqual([])
  })

  it('says where values come from that break the rules, and not what they are', () => {
    const entry = { ...wish, headers: { 'X-Team': { from_env: 'TEAM' } } }
    const problems = problemsOf(entriesOf(entry), [], { variable: () => 'sécret' })
    expect(problems).toEqual(['webhooks.0.headers.X-Team has characters other than printable ASCII.'])
  })
})

describe('the secret of a webhook that is created', () => {
  const secretOf = (secret: object | undefined, generates = false) => {
    const [entry] = entriesOf({ ...wish, secret })
    if (entry === undefined) throw new Error('There is one entry.')
    return secretOriginOf(entry, { variable, generates })
  }

  it.each([
    [undefined, { kind: 'generated' }],
    [{ generate: true }, { kind: 'generated' }],
    [{ from_env: 'SECRET' }, { kind: 'given', value: 'shared secret' }],
    [{ from_env: 'NONE' }, { detail: expect.stringContaining('NONE') }],
    [{ keep: true }, { detail: expect.stringContaining('--generate-secrets') }],
  ])('with %j is %j', (secret, expected) => {
    expect(secretOf(secret)).toMatchObject(expected)
  })

  it('is made where it is to be kept and there is none, when that is asked for', () => {
    expect(secretOf({ keep: true }, true)).toEqual({ kind: 'generated' })
  })
})

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

const fileOf = (webhooks: readonly WebhookResource[], ids: boolean) => {
  // Values that are to be kept are given as well, so that they can be set where there is none.
  const text = JSON.stringify(webhookFile(webhooks, { ids })).replaceAll(
    '{"keep":true}',
    '{"from_env":"TEAM"}',
  )
  const entries = readWebhookFile(JSON.parse(text))
  if ('problems' in entries) throw new Error(JSON.stringify(entries.problems))
  return entries
}

describe('any plan', () => {
  const some = fc.array(anyShownWebhook, { maxLength: 6 })

  it('of what was exported is empty', () => {
    fc.assert(
      fc.property(some, (webhooks) => {
        const entries = readWebhookFile(webhookFile(webhooks, { ids: true }))
        if ('problems' in entries) throw new Error('An export is a good file.')
        expect(planned(entries, webhooks, { prunes: true }).steps).toEqual([])
      }),
    )
  })

  it('is empty once it was carried out, also after a cut', () => {
    fc.assert(
      fc.property(some, some, fc.boolean(), fc.boolean(), fc.nat(6), (wanted, there, ids, prunes, cut) => {
        const entries = fileOf(wanted, ids)
        const plan = makePlan(entries, there, optionsWith({ prunes }))
        if ('problems' in plan) return
        const whole = serverAfter(plan, there)
        expect(planned(entries, whole, { prunes }).steps).toEqual([])

        const again = makePlan(entries, serverAfter(plan, there, cut), optionsWith({ prunes }))
        if ('problems' in again) return
        const finished = serverAfter(again, serverAfter(plan, there, cut))
        expect(finished).toHaveLength(whole.length)
        expect(planned(entries, finished, { prunes }).steps).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('on a fresh server is carried out to the end, whatever cuts it', () => {
    fc.assert(
      fc.property(some, fc.nat(6), (wanted, cut) => {
        const entries = fileOf(wanted, true)
        const plan = planned(entries, [])
        const partly = serverAfter(plan, [], cut)
        const rest = planned(entries, partly)
        expect(countsOf(rest)).toMatchObject({ to_create: wanted.length - partly.length, to_change: 0 })
      }),
    )
  })
})
