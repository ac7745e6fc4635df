import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventTypes, examplePayload } from '../../functions/domain/event-types.ts'
import {
  type EventIds,
  eventIds,
  foundBy,
  isInScope,
  isNarrowed,
  type Scope,
} from '../../functions/domain/scope.ts'

const none: EventIds = { namespaceIds: [], batchChangeIds: [], repositoryIds: [] }
const idsOf = (type: string, payload: unknown) => eventIds(type, Buffer.from(JSON.stringify(payload)))

describe('isInScope', () => {
  const batchChange: EventIds = { namespaceIds: ['n1'], batchChangeIds: ['b1'], repositoryIds: [] }
  const changeset: EventIds = { namespaceIds: [], batchChangeIds: ['b1', 'b2'], repositoryIds: ['r1'] }

  it.each<[string, boolean, Scope, EventIds]>([
    ['no scope takes any event', true, {}, changeset],
    ['no scope takes an event without ids', true, {}, none],
    ['one of the ids named is enough', true, { batchChangeIds: ['b9', 'b2'] }, changeset],
    ['none of the ids named is there', false, { batchChangeIds: ['b9'] }, changeset],
    ['all kinds named are met', true, { batchChangeIds: ['b1'], repositoryIds: ['r1'] }, changeset],
    [
      'one of the kinds named is not met',
      false,
      { batchChangeIds: ['b1'], repositoryIds: ['r2'] },
      changeset,
    ],
    ['an event without ids of the kind named', false, { repositoryIds: ['r1'] }, batchChange],
    ['an event without any ids', false, { namespaceIds: ['n1'] }, none],
    ['an id of another kind', false, { namespaceIds: ['b1'] }, batchChange],
    ['part of an id', false, { namespaceIds: ['n'] }, batchChange],
    ['an empty list meets nothing', false, { namespaceIds: [] }, batchChange],
  ])('%s: %s', (_, expected, scope, ids) => {
    expect(isInScope(scope, ids)).toBe(expected)
  })

  it('lets nothing in that fewer conditions would keep out', () => {
    const anyIds = fc.subarray(['a', 'b', 'c'])
    const anyScope = fc.record(
      { namespaceIds: anyIds, batchChangeIds: anyIds, repositoryIds: anyIds },
      { requiredKeys: [] },
    )
    const anyEventIds = fc.record({ namespaceIds: anyIds, batchChangeIds: anyIds, repositoryIds: anyIds })
    fc.assert(
      fc.property(anyScope, anyEventIds, (scope, ids) => {
        const { namespaceIds, ...rest } = scope
        const alone: Scope = namespaceIds === undefined ? {} : { namespaceIds }
        expect(isInScope(scope, ids)).toBe(isInScope(alone, ids) && isInScope(rest, ids))
      }),
    )
  })
})

describe('isNarrowed', () => {
  it.each<[boolean, Scope]>([
    [false, {}],
    [false, { namespaceIds: undefined }],
    [true, { namespaceIds: ['n'] }],
    [true, { batchChangeIds: ['b'] }],
    [true, { repositoryIds: [] }],
  ])('is %s for %j', (expected, scope) => {
    expect(isNarrowed(scope)).toBe(expected)
  })
})

describe('eventIds', () => {
  it.each([
    ['batch_change:apply', { namespaceIds: ['VXNlcjox'], batchChangeIds: ['QmF0Y2hDaGFuZ2U6MTcz'] }],
    [
      'changeset:publish',
      {
        batchChangeIds: ['QmF0Y2hDaGFuZ2U6MTcz', 'QmF0Y2hDaGFuZ2U6MTcz'],
        repositoryIds: ['UmVwb3NpdG9yeToxNQ=='],
      },
    ],
    ['user:create', {}],
  ])('reads the example of %s', (type, expected) => {
    expect(eventIds(type, examplePayload(type) ?? Buffer.of())).toEqual({ ...none, ...expected })
  })

  it.each(eventTypes.filter(({ key }) => key.startsWith('changeset:')))(
    "does not take a changeset's own id for a batch change's: $key",
    ({ key, example }) => {
      expect(idsOf(key, example).batchChangeIds).not.toContain(example.id)
    },
  )

  it.each<[string, string, unknown, Partial<EventIds>]>([
    ['a changeset of no batch change', 'changeset:close', { batch_change_ids: null }, {}],
    [
      'a changeset of its owner only',
      'changeset:close',
      { batch_change_ids: null, owning_batch_change_id: 'b' },
      { batchChangeIds: ['b'] },
    ],
    [
      'a changeset of two batch changes without an owner',
      'changeset:close',
      { batch_change_ids: ['b', 'c'], owning_batch_change_id: null, repository_id: 'r' },
      { batchChangeIds: ['b', 'c'], repositoryIds: ['r'] },
    ],
    ['a batch change of a type to come', 'batch_change:lock', { id: 'b' }, { batchChangeIds: ['b'] }],
    ['a type that only begins alike', 'batch_changes:apply', { id: 'b' }, {}],
    ['numbers in place of ids', 'batch_change:apply', { id: 1, namespace_id: 2, repository_id: [3] }, {}],
    [
      'other things in a list',
      'changeset:close',
      { batch_change_ids: ['b', 4, null, ['c']] },
      { batchChangeIds: ['b'] },
    ],
    ['an object in place of an id', 'batch_change:apply', { namespace_id: { id: 'n' } }, {}],
    ['ids further down', 'x', { user: { namespace_id: 'n' } }, {}],
    ['an array', 'batch_change:apply', [{ id: 'b' }], {}],
    ['a string', 'batch_change:apply', 'id', {}],
    ['a number', 'batch_change:apply', 4, {}],
    ['null', 'batch_change:apply', null, {}],
  ])('reads %s', (_, type, payload, expected) => {
    expect(idsOf(type, payload)).toEqual({ ...none, ...expected })
  })

  it.each(['', '{', '{"id":"b"', '{"id":"b"} x', '\ufeff{"id":"b"}'])('reads nothing in %j', (text) => {
    expect(eventIds('batch_change:apply', Buffer.from(text))).toEqual(none)
  })

  it('finds an event by each of its batch changes once, as far as a scope can name them', () => {
    const found = (payload: unknown) => foundBy('changeset:close', Buffer.from(JSON.stringify(payload)))
    const many = Array.from({ length: 30 }, (_, nth) => `b${nth}`)
    expect(found({ batch_change_ids: ['b', 'c', 'b'], owning_batch_change_id: 'b' })).toEqual(['b', 'c'])
    expect(found({ batch_change_ids: ['x'.repeat(201), 'x'.repeat(200)] })).toEqual(['x'.repeat(200)])
    expect(found({ batch_change_ids: ['', ...many] })).toEqual(many.slice(0, 20))
    expect(found({ id: 'no batch change' })).toEqual([])
  })

  it('never fails, whatever the bytes', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((json) => Buffer.from(json)),
    )
    fc.assert(
      fc.property(fc.constantFrom('batch_change:apply', 'changeset:close', 'x'), anyBytes, (type, bytes) => {
        const lists = Object.values(eventIds(type, bytes))
        expect(lists.flat().every((id) => typeof id === 'string')).toBe(true)
      }),
    )
  })

  it('reads only its own part of a larger buffer', () => {
    const outer = Buffer.from('[{"namespace_id":"n"}]')
    expect(eventIds('x', outer.subarray(1, -1))).toEqual({ ...none, namespaceIds: ['n'] })
  })
})
