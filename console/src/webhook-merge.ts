import type { Webhook } from './api/resources.ts'
import {
  type Draft,
  draftOf,
  type HeaderRow,
  isChanged,
  isKeptAuth,
  type PlainField,
  plainFields,
} from './webhook-draft.ts'

/** Which parts of the draft a field of the API is made from. */
const partsOf: Readonly<Record<PlainField, readonly (keyof Draft)[]>> = {
  url: ['url'],
  description: ['description'],
  event_types: ['types'],
  scope: ['namespaces', 'batchChanges', 'repositories'],
  enabled: ['enabled'],
  retry_schedule: ['schedule'],
  rate_limit: ['rateLimit'],
  retention: ['retention'],
}

/** A draft over a webhook that somebody else changed meanwhile. */
export interface Merged {
  readonly draft: Draft
  /** Fields that they changed and you did not: they are as they made them. */
  readonly taken: readonly PlainField[]
  /** Fields that both changed: they are as you made them. */
  readonly clashes: readonly PlainField[]
}

/** Puts a draft that began on `base` onto `theirs`, and loses nothing of it. */
export function mergeDraft(base: Webhook, theirs: Webhook, draft: Draft): Merged {
  const [before, other] = [draftOf(base), draftOf(theirs)]
  const changedByThem = plainFields.filter((field) => isChanged(before, other, field))
  const taken = changedByThem.filter((field) => !isChanged(before, draft, field))
  const clashes = changedByThem.filter((field) => !taken.includes(field) && isChanged(other, draft, field))
  const merged = taken.reduce((mixed, field) => takeField(mixed, theirs, field), draft)
  const isTheirs = (row: HeaderRow) => !row.isKept || theirs.header_names.includes(row.name)
  const added = other.headers.filter(({ name }) => !base.header_names.includes(name))
  const named = new Set(draft.headers.map(({ name }) => name.toLowerCase()))
  const headers = [
    ...draft.headers.filter(isTheirs),
    ...added.filter(({ name }) => !named.has(name.toLowerCase())),
  ]
  const auth = isKeptAuth(before.auth, draft.auth) ? other.auth : draft.auth
  return { draft: { ...merged, headers, auth }, taken, clashes }
}

/** The draft with one field as the webhook has it. */
export function takeField(draft: Draft, webhook: Webhook, field: PlainField): Draft {
  const other = draftOf(webhook)
  const parts = partsOf[field].map((part) => [part, other[part]] as const)
  return { ...draft, ...Object.fromEntries(parts) }
}
