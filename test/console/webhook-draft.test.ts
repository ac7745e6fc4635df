import { describe, expect, it } from 'vitest'
import type { Webhook } from '../../console/src/api/resources.ts'
import { bodyOf, changesOf, draftOf, emptyDraft } from '../../console/src/webhook-draft.ts'
import { mergeDraft, takeField } from '../../console/src/webhook-merge.ts'

const webhook: Webhook = {
  id: 'whk_01kaqc3h5n8r2c4x',
  url: 'https://ci.example.com/hooks',
  description: 'CI',
  event_types: ['batch_change:apply'],
  scope: { repository_ids: ['UmVwbzox'] },
  header_names: ['X-Team'],
  auth: { type: 'basic', username: 'sourcegraph' },
  previous_secret_expires_at: null,
  enabled: true,
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  last_off: null,
  retry_schedule: ['0s', '5m'],
  rate_limit: 10,
  retention: '7d',
  breaker: null,
  stats: { total: 0, errored: 0 },
  created_at: '2026-11-23T14:20:00.000Z',
  updated_at: '2026-11-23T14:20:00.000Z',
}

describe('changesOf', () => {
  it('is empty when nothing was changed', () => {
    expect(changesOf(webhook, draftOf(webhook))).toEqual({})
  })

  it.each([
    ['url', { url: 'https://new.example.com/' }, { url: 'https://new.example.com/' }],
    ['event_types', { types: ['*'] }, { event_types: ['*'] }],
    ['scope', { repositories: '' }, { scope: {} }],
    [
      'a second list of scope',
      { namespaces: 'a b' },
      { scope: { namespace_ids: ['a', 'b'], repository_ids: ['UmVwbzox'] } },
    ],
    ['retry_schedule', { schedule: ' 0s,5s 1m ' }, { retry_schedule: ['0s', '5s', '1m'] }],
    ['no retry_schedule', { schedule: ' ' }, { retry_schedule: null }],
    ['rate_limit', { rateLimit: '0.5' }, { rate_limit: 0.5 }],
    ['no rate_limit', { rateLimit: '' }, { rate_limit: null }],
    ['no retention', { retention: '' }, { retention: null }],
    ['a removed header', { headers: [] }, { headers: { 'X-Team': null } }],
    [
      'a header with another value and a new one',
      {
        headers: [
          { name: 'X-Team', value: 'b', isKept: false },
          { name: 'X-New', value: '1', isKept: false },
        ],
      },
      { headers: { 'X-Team': 'b', 'X-New': '1' } },
    ],
    ['no auth', { auth: { type: 'none', username: '', secret: '', isKept: false } }, { auth: null }],
    [
      'another password',
      { auth: { type: 'basic', username: 'sourcegraph', secret: 'p', isKept: false } },
      { auth: { type: 'basic', username: 'sourcegraph', password: 'p' } },
    ],
    [
      'a token',
      { auth: { type: 'bearer', username: '', secret: 't', isKept: false } },
      { auth: { type: 'bearer', token: 't' } },
    ],
  ] as const)('names only %s', (_what, change, body) => {
    expect(changesOf(webhook, { ...draftOf(webhook), ...change })).toEqual(body)
  })
})

it('creates with all that is set', () => {
  const draft = {
    ...emptyDraft,
    url: ' https://ci.example.com/ ',
    types: ['*'],
    headers: [{ name: 'X-A', value: 'b', isKept: false }],
  }
  expect(bodyOf(draft, 's')).toEqual({
    url: 'https://ci.example.com/',
    description: '',
    event_types: ['*'],
    scope: {},
    enabled: true,
    retry_schedule: null,
    rate_limit: null,
    retention: null,
    secret: 's',
    headers: { 'X-A': 'b' },
    auth: null,
  })
})

describe('mergeDraft', () => {
  it('takes what only they changed, keeps what only you changed, and names what both did', () => {
    const theirs: Webhook = {
      ...webhook,
      url: 'https://theirs.example.com/',
      rate_limit: 1,
      description: 'theirs',
    }
    const yours = { ...draftOf(webhook), url: 'https://yours.example.com/', retention: '2d' }
    const { draft, taken, clashes } = mergeDraft(webhook, theirs, yours)
    expect({ taken, clashes }).toEqual({ taken: ['description', 'rate_limit'], clashes: ['url'] })
    expect(changesOf(theirs, draft)).toEqual({ url: 'https://yours.example.com/', retention: '2d' })
    expect(takeField(draft, theirs, 'url').url).toBe('https://theirs.example.com/')
  })

  it('finds no clash where both made the same change', () => {
    const theirs: Webhook = { ...webhook, rate_limit: 1 }
    const { clashes } = mergeDraft(webhook, theirs, { ...draftOf(webhook), rateLimit: '1' })
    expect(clashes).toEqual([])
  })

  it('keeps headers that either added, and drops those that they removed', () => {
    const theirs: Webhook = { ...webhook, header_names: ['X-Theirs'], auth: null }
    const added = { name: 'X-Yours', value: '1', isKept: false }
    const yours = { ...draftOf(webhook), headers: [...draftOf(webhook).headers, added] }
    const { draft } = mergeDraft(webhook, theirs, yours)
    expect(draft.headers.map(({ name }) => name)).toEqual(['X-Yours', 'X-Theirs'])
    expect(changesOf(theirs, draft)).toEqual({ headers: { 'X-Yours': '1' } })
  })
})
