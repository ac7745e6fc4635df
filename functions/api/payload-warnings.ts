import * as z from 'zod/mini'
import { eventTypes } from '../domain/event-types.ts'
import { fieldProblems } from './field-problems.ts'

const text = z.string('is text in what Sourcegraph sends.')
const nullableText = z.optional(z.nullable(z.string('is text or null in what Sourcegraph sends.')))
const texts = z.nullable(z.array(text, 'is a list or null in what Sourcegraph sends.'))
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, `is one of ${values.join(', ')} in what Sourcegraph sends.`)

const notObject = 'is an object in what Sourcegraph sends.'

const BatchChange = z.object(
  {
    id: text,
    namespace_id: text,
    name: text,
    description: text,
    state: oneOf(['OPEN', 'CLOSED', 'DRAFT']),
    creator_user_id: text,
    last_applier_user_id: nullableText,
    url: text,
    created_at: text,
    updated_at: text,
    last_applied_at: nullableText,
    closed_at: nullableText,
  },
  notObject,
)

const Changeset = z.object(
  {
    id: text,
    external_id: text,
    batch_change_ids: texts,
    repository_id: text,
    created_at: text,
    updated_at: z.optional(text),
    title: nullableText,
    body: nullableText,
    author_name: nullableText,
    author_email: nullableText,
    state: oneOf([
      'UNPUBLISHED',
      'SCHEDULED',
      'PROCESSING',
      'OPEN',
      'DRAFT',
      'CLOSED',
      'MERGED',
      'DELETED',
      'READONLY',
      'RETRYING',
      'FAILED',
    ]),
    labels: texts,
    external_url: nullableText,
    fork_namespace: nullableText,
    fork_name: nullableText,
    review_state: z.optional(
      z.nullable(oneOf(['APPROVED', 'CHANGES_REQUESTED', 'PENDING', 'COMMENTED', 'DISMISSED'])),
    ),
    check_state: z.optional(z.nullable(oneOf(['PENDING', 'PASSED', 'FAILED']))),
    error: nullableText,
    syncer_error: nullableText,
    owning_batch_change_id: nullableText,
  },
  notObject,
)

const number = z.int('is a whole number in what Sourcegraph sends.')
const User = z.object(
  { version: number, user: z.object({ database_id: number, username: text }, notObject) },
  notObject,
)

function shapeOf(type: string): z.ZodMiniType | undefined {
  if (type.startsWith('batch_change:')) return BatchChange
  if (type.startsWith('changeset:')) return Changeset
  return type === 'user:create' ? User : undefined
}

/**
 * Where a publisher's event differs from what Sourcegraph sends (docs/sourcegraph.md §4), in sentences. It is accepted all the
 * same: types and fields come and go, and a check that refuses would lose events.
 */
export function payloadWarnings(type: string, payload: unknown): string[] {
  const isKnown = eventTypes.some(({ key }) => key === type)
  const unknownType = isKnown
    ? []
    : [`"${type}" is not a type that Sourcegraph is known to send; only webhooks that name it or "*" get it.`]
  const shape = shapeOf(type)
  const checked = shape && z.safeParse(shape, payload)
  if (checked === undefined || checked.success) return unknownType
  const unlike = fieldProblems(checked.error, 'payload').map(({ field, detail }) => `${field}: ${detail}`)
  return [...unknownType, ...unlike.slice(0, 10)]
}
