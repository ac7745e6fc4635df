import { describe, expect, it } from 'vitest'
import { handedOver } from '../../cli/sourcegraph/handed-over.ts'
import { KnownSecrets, readKnownSecrets } from '../../cli/sourcegraph/known-secrets.ts'
import { readListing } from '../../cli/sourcegraph/listing.ts'
import { scopeOf } from '../../cli/sourcegraph/scope.ts'

const encoded = (id: string) => Buffer.from(id).toString('base64')
const types = (...pairs: readonly (readonly [string, string | null])[]) =>
  pairs.map(([eventType, scope]) => ({ eventType, scope }))

describe('the scope of a Sourcegraph webhook', () => {
  it.each([
    ['none', types(['a', null], ['b', null]), undefined],
    ['an empty one', types(['a', '']), undefined],
    [
      'a batch change',
      types(['a', encoded('BatchChange:173')]),
      { batch_change_ids: [encoded('BatchChange:173')] },
    ],
    [
      'an id that is not encoded',
      types(['a', 'Repository:15']),
      { repository_ids: [encoded('Repository:15')] },
    ],
    [
      'namespaces of both kinds',
      types(['a', encoded('User:1')], ['a', encoded('Org:2')]),
      { namespace_ids: [encoded('User:1'), encoded('Org:2')].toSorted() },
    ],
    [
      'the same for each type, in any order',
      types(['a', 'User:1'], ['a', 'User:2'], ['b', 'User:2'], ['b', 'User:1']),
      { namespace_ids: [encoded('User:1'), encoded('User:2')] },
    ],
    ['a scope beside none of one type', types(['a', null], ['a', 'User:1']), undefined],
  ])('with %s is carried over', (_what, listed, scope) => {
    expect(scopeOf(listed)).toEqual(scope)
  })

  it.each([
    ['types that differ', types(['a', 'User:1'], ['b', 'User:2']), 'differ'],
    ['one type that is not narrowed', types(['a', 'User:1'], ['b', null]), 'differ'],
    ['kinds that differ', types(['a', 'User:1'], ['a', 'Repository:1']), 'several kinds'],
    ['something else', types(['a', 'my scope']), '"my scope"'],
    ['an id of another kind', types(['a', encoded('Changeset:1')]), 'no id of a batch change'],
  ])('with %s is not', (_what, listed, words) => {
    expect(() => scopeOf(listed)).toThrow(words)
  })
})

const node = {
  id: encoded('OutboundWebhook:7'),
  url: 'https://a.example.com/',
  eventTypes: types(['x:y', null]),
}
const listing = (nodes: readonly object[], more = {}) => ({ outboundWebhooks: { nodes, ...more } })

describe('a listing', () => {
  it.each([
    ['with data around it', { data: listing([node], { totalCount: 1, pageInfo: { hasNextPage: false } }) }],
    ['without', listing([node])],
    ['with fields that were asked for as well', listing([{ ...node, stats: { total: 1, errored: 0 } }])],
  ])('is read %s', (_what, value) => {
    expect(readListing(value)).toMatchObject({ webhooks: [node] })
  })

  it.each([
    [
      'errors',
      { data: null, errors: [{ message: 'must be site admin' }] },
      'refused the query: must be site admin',
    ],
    ['a page that is not all', listing([node], { totalCount: 73 }), 'holds 1 of 73'],
    [
      'a next page',
      { data: listing([node], { totalCount: 1, pageInfo: { hasNextPage: true } }) },
      'holds 1 of 2',
    ],
    ['something else', { webhooks: [] }, 'is required'],
    ['a webhook without URL', listing([{ ...node, url: undefined }]), 'is required'],
    ['nothing', null, 'must be an object'],
  ])('with %s is refused', (_what, value, words) => {
    const read = readListing(value)
    expect('problems' in read && read.problems.map(({ detail }) => detail)).toEqual([
      expect.stringContaining(words),
    ])
  })

  it('becomes webhooks, without the one that posts to this service', () => {
    const ingestUrl = 'https://webhooks.example.com/events'
    const listed = [
      node,
      { ...node, url: ingestUrl },
      { ...node, url: 'https://except.example.com/' },
      { ...node, url: 'ftp://odd.example.com/' },
      { ...node, url: 'https://none.example.com/', eventTypes: [null] },
      { ...node, url: 'https://scoped.example.com/', eventTypes: types(['x:y', 'odd']) },
    ]
    const taken = handedOver(
      { webhooks: listed, path: [] },
      { ingestUrl, except: ['https://except.example.com/'] },
    )
    expect(taken.entries).toMatchObject([{ url: node.url, settings: { event_types: ['x:y'] } }])
    expect(taken.leftOut).toEqual([
      { url: 'ftp://odd.example.com/', reason: expect.stringContaining('Write a full URL') },
      { url: 'https://none.example.com/', reason: expect.stringContaining('at least one event type') },
      { url: 'https://scoped.example.com/', reason: expect.stringContaining('"odd"') },
    ])
    expect(taken).toMatchObject({ unknownTypes: ['x:y'], isConnected: true })
  })
})

describe('known secrets', () => {
  const secretsOf = (list: unknown) => {
    const read = readKnownSecrets(list)
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    return new KnownSecrets(read, (name) => (name === 'NAME' ? 'of the environment' : undefined))
  }
  const asked = { url: node.url, id: node.id, nth: 0 }

  it.each([
    ['its URL', { url: node.url, secret: 's' }, 's'],
    ["Sourcegraph's id", { id: node.id, secret: 's' }, 's'],
    ['its number', { id: '7', secret: 's' }, 's'],
    ['a variable', { url: node.url, from_env: 'NAME' }, 'of the environment'],
  ])('are found by %s', (_what, one, value) => {
    expect(secretsOf([{ url: 'https://other.example.com/', secret: 'x' }, one]).of(asked)).toMatchObject({
      value,
    })
  })

  it('are taken in their order where several have one URL', () => {
    const secrets = secretsOf([
      { url: node.url, secret: 'first' },
      { url: node.url, secret: 'second' },
    ])
    const secretAt = (nth: number) => secrets.of({ ...asked, nth })
    expect([secretAt(0), secretAt(1)]).toMatchObject([{ value: 'first' }, { value: 'second' }])
    expect(secretAt(2)).toBeUndefined()
  })

  it('say so when a variable is not set', () => {
    const found = secretsOf([{ url: node.url, from_env: 'NONE' }]).of(asked)
    expect(found).toEqual({ detail: expect.stringContaining('NONE') })
  })

  it.each([
    ['no list', {}],
    ['no name', [{ secret: 's' }]],
    ['two names', [{ url: 'u', id: 'i', secret: 's' }]],
    ['no secret', [{ url: 'u' }]],
    ['a bad secret', [{ url: 'u', secret: 'whsec_!' }]],
  ])('that have %s are refused', (_what, value) => {
    expect(readKnownSecrets(value)).toMatchObject({ problems: [{}] })
  })
})
