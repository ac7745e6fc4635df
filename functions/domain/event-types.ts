/** An event type that is known. */
export interface EventType {
  readonly key: string
  readonly description: string
  /** A payload as it is sent: its keys in their order. */
  readonly example: Readonly<Record<string, unknown>>
}

const batchChange = {
  id: 'QmF0Y2hDaGFuZ2U6MTcz',
  namespace_id: 'VXNlcjox',
  name: 'hello-world',
  description: 'Add Hello World to READMEs',
  state: 'OPEN',
  creator_user_id: 'VXNlcjox',
  last_applier_user_id: 'VXNlcjox',
  url: '/users/my-username/batch-changes/hello-world',
  created_at: '2023-03-19T05:41:24Z',
  updated_at: '2023-03-19T05:43:04Z',
  last_applied_at: '2023-03-19T05:43:04Z',
  closed_at: null,
}

const changeset = {
  id: 'Q2hhbmdlc2V0OjI4MA==',
  external_id: '204',
  batch_change_ids: ['QmF0Y2hDaGFuZ2U6MTcz'],
  repository_id: 'UmVwb3NpdG9yeToxNQ==',
  created_at: '2023-03-19T05:41:24Z',
  updated_at: '2023-03-19T05:43:04Z',
  title: 'Hello World',
  body: 'My first batch change!',
  author_name: 'my-username',
  author_email: 'me@myorganization.com',
  state: 'OPEN',
  labels: ['bug'],
  external_url: 'https://github.com/my-org/my-repo/pull/204',
  fork_namespace: 'fork-username',
  review_state: 'CHANGES_REQUESTED',
  check_state: 'PASSED',
  error: null,
  syncer_error: null,
  fork_name: 'my-repo-fork',
  owning_batch_change_id: 'QmF0Y2hDaGFuZ2U6MTcz',
}

const unpublished = {
  ...changeset,
  external_id: '',
  state: 'FAILED',
  author_name: null,
  author_email: null,
  labels: null,
  external_url: null,
  fork_namespace: null,
  review_state: null,
  check_state: null,
  error: 'pushing the branch: the code host refused the token',
  fork_name: null,
}

const user = {
  version: 1,
  user: {
    database_id: 123,
    username: 'alice',
    display_name: 'Alice',
    created_at: '2026-05-19T05:41:24Z',
    site_admin: false,
    service_account: false,
    verified_email: 'alice@example.com',
  },
  created_by_user_id: 42,
}

/** What Sourcegraph is known to send (docs/sourcegraph.md §3). A source may send more; they are delivered like these. */
export const eventTypes: readonly EventType[] = [
  {
    key: 'batch_change:apply',
    description: 'A batch spec was applied to a batch change.',
    example: batchChange,
  },
  {
    key: 'batch_change:close',
    description: 'A batch change was closed.',
    example: { ...batchChange, state: 'CLOSED', closed_at: '2023-03-20T09:12:00Z' },
  },
  { key: 'batch_change:delete', description: 'A batch change was deleted.', example: batchChange },
  {
    key: 'changeset:close',
    description: 'A changeset was closed or merged by Sourcegraph.',
    example: { ...changeset, state: 'CLOSED' },
  },
  {
    key: 'changeset:publish',
    description: 'A changeset was published to the code host.',
    example: changeset,
  },
  {
    key: 'changeset:publish_error',
    description: 'Publishing a changeset to the code host failed.',
    example: unpublished,
  },
  {
    key: 'changeset:update',
    description: 'A changeset was updated on the code host by Sourcegraph.',
    example: changeset,
  },
  {
    key: 'changeset:update_error',
    description: 'Updating a changeset on the code host failed.',
    example: { ...changeset, state: 'FAILED', error: 'updating the pull request: the branch is protected' },
  },
  { key: 'user:create', description: 'A user account was created.', example: user },
]

const webhook = {
  id: 'whk_01kaqc3h5n8r2c4x',
  description: 'Closes the ticket',
  receiver: 'https://ci.example.com',
}

/** What this service itself tells of webhooks. */
export const ownEventTypes: readonly EventType[] = [
  {
    key: 'webhook:disabled',
    description: 'A webhook was turned off: 410 Gone, or nothing but failures.',
    example: {
      webhook,
      reason: 'failing',
      disabled_at: '2026-11-28T15:02:00.000Z',
      failing_since: '2026-11-23T14:00:00.000Z',
      failed_attempts: 1204,
    },
  },
  {
    key: 'webhook:failing',
    description: 'A webhook has nothing but failures and will be turned off.',
    example: {
      webhook,
      failing_since: '2026-11-23T14:00:00.000Z',
      failed_attempts: 604,
      percent: 50,
      disables_at: '2026-11-28T14:00:00.000Z',
    },
  },
]

/** A type's example as it would be sent; Sourcegraph's are compact JSON with Go's escaping of `<`, `>` and `&`. */
export function examplePayload(key: string): Uint8Array | undefined {
  const type = [...eventTypes, ...ownEventTypes].find((candidate) => candidate.key === key)
  if (type === undefined) return undefined
  const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' }
  return Buffer.from(
    JSON.stringify(type.example).replace(/[<>&]/g, (char) => escapes[char] ?? char),
    'utf8',
  )
}
