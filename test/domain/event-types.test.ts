import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { eventTypes, examplePayload } from '../../functions/domain/event-types.ts'

const batchChangeKeys = [
  ...['id', 'namespace_id', 'name', 'description', 'state', 'creator_user_id', 'last_applier_user_id'],
  ...['url', 'created_at', 'updated_at', 'last_applied_at', 'closed_at'],
]
const changesetKeys = [
  ...['id', 'external_id', 'batch_change_ids', 'repository_id', 'created_at', 'updated_at', 'title', 'body'],
  ...['author_name', 'author_email', 'state', 'labels', 'external_url', 'fork_namespace', 'review_state'],
  ...['check_state', 'error', 'syncer_error', 'fork_name', 'owning_batch_change_id'],
]
const userKeys = [
  ...['database_id', 'username', 'display_name', 'avatar_url', 'created_at', 'site_admin'],
  ...['service_account', 'verified_email'],
]

const textOf = (key: string) => Buffer.from(examplePayload(key) ?? []).toString()

describe('eventTypes', () => {
  it('names what Sourcegraph is known to send', () => {
    expect(eventTypes.map(({ key }) => key)).toEqual([
      ...['batch_change:apply', 'batch_change:close', 'batch_change:delete'],
      ...['changeset:close', 'changeset:publish', 'changeset:publish_error'],
      ...['changeset:update', 'changeset:update_error', 'user:create'],
    ])
  })

  it.each(eventTypes)('describes $key in a sentence', ({ description }) => {
    expect(description).toMatch(/^[A-Z].{10,80}\.$/)
  })

  it.each(eventTypes.filter(({ key }) => key.startsWith('batch_change:')))(
    "has a batch change's keys in Sourcegraph's order in the example of $key",
    ({ example }) => {
      expect(Object.keys(example)).toEqual(batchChangeKeys)
    },
  )

  it.each(eventTypes.filter(({ key }) => key.startsWith('changeset:')))(
    "has a changeset's keys in Sourcegraph's order in the example of $key",
    ({ example }) => {
      expect(Object.keys(example)).toEqual(changesetKeys)
    },
  )

  it("has a user's keys in Sourcegraph's order in the example of user:create", () => {
    const { version, user, created_by_user_id } = JSON.parse(textOf('user:create'))
    expect({ version, created_by_user_id }).toEqual({ version: 1, created_by_user_id: 42 })
    expect(Object.keys(user)).toEqual(userKeys.filter((key) => key in user))
    expect(Object.keys(user).length).toBeGreaterThan(1)
  })

  it.each(eventTypes)('has times in UTC and whole seconds in the example of $key', ({ key }) => {
    const times = textOf(key).match(/\d{4}-\d{2}-\d{2}T[^"]*/g) ?? []
    expect(times.length).toBeGreaterThan(0)
    for (const time of times) expect(time).toMatch(/T\d{2}:\d{2}:\d{2}Z$/)
  })
})

describe('examplePayload', () => {
  it.each(eventTypes)('is compact JSON of the example of $key', ({ key, example }) => {
    expect(JSON.parse(textOf(key))).toEqual(example)
    const outsideStrings = textOf(key).replace(/"(?:[^"\\]|\\.)*"/g, '""')
    expect(outsideStrings).not.toMatch(/\s/)
  })

  it.each(eventTypes)('leaves <, > and & to escapes, as Go does, in the example of $key', ({ key }) => {
    expect(textOf(key)).not.toMatch(/[<>&\u2028\u2029]/)
  })

  it("is the seed's batch change for batch_change:apply", () => {
    const seed = readFileSync(new URL('../../examples/batch-change.json', import.meta.url), 'utf8')
    expect(textOf('batch_change:apply')).toBe(seed)
    expect(Buffer.byteLength(seed)).toBe(380)
  })

  it.each(['batch_change:reopen', '*', '', 'toString'])('is unknown for %j', (key) => {
    expect(examplePayload(key)).toBeUndefined()
  })
})
