import { describe, expect, it } from 'vitest'
import { payloadWarnings } from '../../functions/api/payload-warnings.ts'
import { eventTypes } from '../../functions/domain/event-types.ts'

const exampleOf = (key: string) => eventTypes.find((type) => type.key === key)?.example ?? {}
const fieldsIn = (warnings: readonly string[]) => warnings.map((warning) => warning.split(': ')[0])

describe('payloadWarnings', () => {
  it.each(eventTypes)('has nothing to say of the example of $key', ({ key, example }) => {
    expect(payloadWarnings(key, example)).toEqual([])
  })

  it.each<[string, string, Record<string, unknown>]>([
    [
      'without a creator, a description or dates',
      'batch_change:close',
      { creator_user_id: '', description: '', last_applier_user_id: null, last_applied_at: null },
    ],
    ['with a field that is to come', 'batch_change:apply', { reviewers: [] }],
    [
      'before its publication',
      'changeset:publish_error',
      { external_id: '', batch_change_ids: null, labels: null, state: 'UNPUBLISHED', title: null },
    ],
    ['as the seed shows it, without updated_at', 'changeset:update', { updated_at: undefined }],
    ['with absent nullable fields', 'changeset:close', { fork_name: undefined, review_state: undefined }],
    ['made by nobody known', 'user:create', { created_by_user_id: undefined }],
  ])('has nothing to say of one %s: %s', (_, key, change) => {
    expect(payloadWarnings(key, { ...exampleOf(key), ...change })).toEqual([])
  })

  it.each(['BatchChange', 42, null, [], true])('warns of %j in place of a batch change', (payload) => {
    expect(payloadWarnings('batch_change:apply', payload).length).toBeGreaterThan(0)
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['batch_change:apply', { state: 'MERGED' }, ['payload.state']],
    ['batch_change:delete', { id: 173, url: null }, ['payload.id', 'payload.url']],
    ['changeset:close', { batch_change_ids: ['a', 5] }, ['payload.batch_change_ids[1]']],
    ['changeset:close', { batch_change_ids: undefined }, ['payload.batch_change_ids']],
    ['changeset:update', { check_state: 'GREEN' }, ['payload.check_state']],
    ['user:create', { user: { username: 'alice' } }, ['payload.user.database_id']],
    ['user:create', { version: '1' }, ['payload.version']],
  ])('names what is unlike Sourcegraph in %s: %j', (key, change, fields) => {
    expect(fieldsIn(payloadWarnings(key, { ...exampleOf(key), ...change }))).toEqual(fields)
  })

  it('names at most ten fields', () => {
    const wrong = Object.fromEntries(Object.keys(exampleOf('changeset:close')).map((name) => [name, 1]))
    expect(payloadWarnings('changeset:close', wrong)).toHaveLength(10)
  })

  it('tells of a type that Sourcegraph is not known to send, whatever its payload', () => {
    expect(payloadWarnings('deploy:done', 42)).toEqual([
      '"deploy:done" is not a type that Sourcegraph is known to send; only webhooks that name it or "*" get it.',
    ])
  })

  it('holds a type that is to come against its family', () => {
    const [type, ...fields] = payloadWarnings('batch_change:lock', {
      ...exampleOf('batch_change:apply'),
      id: 1,
    })
    expect(type).toContain('"batch_change:lock" is not a type')
    expect(fieldsIn(fields)).toEqual(['payload.id'])
  })

  it('says of each field what it should be', () => {
    const warnings = payloadWarnings('batch_change:apply', { ...exampleOf('batch_change:apply'), id: 1 })
    expect(warnings.join()).not.toContain('Invalid input.')
  })
})
