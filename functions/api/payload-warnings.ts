import * as z from 'zod/mini'
import { eventTypes } from '../domain/event-types.ts'
import { fieldProblems } from './field-problems.ts'

const text = z.string()
const nullableText = z.optional(z.nullable(z.string()))

const BatchChange = z.object({
  id: text,
  namespace_id: text,
  name: text,
  description: text,
  state: z.enum(['OPEN', 'CLOSED', 'DRAFT']),
  creator_user_id: text,
  last_applier_user_id: nullableText,
  url: text,
  created_at: text,
  updated_at: text,
  last_applied_at: nullableText,
  closed_at: nullableText,
})

const Changeset = z.object({
  id: text,
  external_id: text,
  batch_change_ids: z.nullable(z.array(text)),
  repository_id: text,
  created_at: text,
  updated_at: z.optional(text),
  title: nullableText,
  body: nullableText,
  author_name: nullableText,
  author_email: nullableText,
  state: z.enum([
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
  labels: z.nullable(z.array(text)),
  external_url: nullableText,
  fork_namespace: nullableText,
  fork_name: nullableText,
  review_state: z.optional(
    z.nullable(z.enum(['APPROVED', 'CHANGES_REQUESTED', 'PENDING', 'COMMENTED', 'DISMISSED'])),
  ),
  check_state: z.optional(z.nullable(z.enum(['PENDING', 'PASSED', 'FAILED']))),
  error: nullableText,
  syncer_error: nullableText,
  owning_batch_change_id: nullableText,
})

const User = z.object({ version: z.int(), user: z.object({ database_id: z.int(), username: text }) })

function shapeOf(type: string): z.ZodMiniType | undefined {
  if (type.startsWith('batch_change:')) return BatchChange
  if (type.startsWith('changeset:')) return Changeset
  return type === 'user:create' ? User : undefined
}

/**
 * Where a publisher's event differs from what Sourcegraph sends (contract §4), in sentences. It is accepted all the
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
