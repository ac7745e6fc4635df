import { describe, expect, it } from 'vitest'
import { secretOriginOf } from '../../cli/plan/creation.ts'
import { planned, problemsOf, variable, wish } from './support/planning.ts'
import { aShownWebhook, entriesOf } from './support/webhooks.ts'

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
