import type { Webhook } from './api/resources.ts'

/** An extra header in the form. The value of one that the webhook has is not known here: it is kept unless another is typed. */
export interface HeaderRow {
  readonly name: string
  readonly value: string
  readonly isKept: boolean
}

/** How the receiver is told who calls. `isKept`: as the webhook has it, whose password or token is not known here. */
export interface AuthDraft {
  readonly type: 'none' | 'basic' | 'bearer'
  readonly username: string
  readonly secret: string
  readonly isKept: boolean
}

/** A webhook as the form has it: mostly text, as it is typed. */
export interface Draft {
  readonly url: string
  readonly description: string
  readonly types: readonly string[]
  readonly namespaces: string
  readonly batchChanges: string
  readonly repositories: string
  readonly headers: readonly HeaderRow[]
  readonly auth: AuthDraft
  readonly enabled: boolean
  readonly schedule: string
  readonly rateLimit: string
  readonly retention: string
}

const noAuth: AuthDraft = { type: 'none', username: '', secret: '', isKept: false }

export const emptyDraft: Draft = {
  url: '',
  description: '',
  types: [],
  namespaces: '',
  batchChanges: '',
  repositories: '',
  headers: [],
  auth: noAuth,
  enabled: true,
  schedule: '',
  rateLimit: '',
  retention: '',
}

export function draftOf(webhook: Webhook): Draft {
  return {
    url: webhook.url,
    description: webhook.description,
    types: webhook.event_types,
    namespaces: (webhook.scope.namespace_ids ?? []).join('\n'),
    batchChanges: (webhook.scope.batch_change_ids ?? []).join('\n'),
    repositories: (webhook.scope.repository_ids ?? []).join('\n'),
    headers: webhook.header_names.map((name) => ({ name, value: '', isKept: true })),
    auth:
      webhook.auth === null
        ? noAuth
        : {
            type: webhook.auth.type,
            username: webhook.auth.type === 'basic' ? webhook.auth.username : '',
            secret: '',
            isKept: true,
          },
    enabled: webhook.enabled,
    schedule: (webhook.retry_schedule ?? []).join(', '),
    rateLimit: webhook.rate_limit === null ? '' : String(webhook.rate_limit),
    retention: webhook.retention ?? '',
  }
}

/** The fields of the API that are in no need of a secret, in the order of the form. */
export const plainFields = [
  'url',
  'description',
  'event_types',
  'scope',
  'enabled',
  'retry_schedule',
  'rate_limit',
  'retention',
] as const
export type PlainField = (typeof plainFields)[number]

/** What the form calls each of them. */
export const fieldNames: Readonly<Record<PlainField, string>> = {
  url: 'URL',
  description: 'Description',
  event_types: 'Event types',
  scope: 'Scope',
  enabled: 'On or off',
  retry_schedule: 'Retry schedule',
  rate_limit: 'Rate limit',
  retention: 'Retention',
}

/** The parts of a typed list, with commas, spaces or lines between: `0s, 5s 5m`. */
export function wordsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '')
}

/** A field's value for the API. */
export function fieldValue(draft: Draft, field: PlainField): unknown {
  switch (field) {
    case 'url':
      return draft.url.trim()
    case 'description':
      return draft.description
    case 'event_types':
      return draft.types
    case 'scope':
      return scopeOf(draft)
    case 'enabled':
      return draft.enabled
    case 'retry_schedule':
      return draft.schedule.trim() === '' ? null : wordsIn(draft.schedule)
    case 'rate_limit':
      return draft.rateLimit.trim() === '' ? null : Number(draft.rateLimit)
    case 'retention':
      return draft.retention.trim() === '' ? null : draft.retention.trim()
  }
}

function scopeOf({ namespaces, batchChanges, repositories }: Draft): Record<string, string[]> {
  const lists = { namespace_ids: namespaces, batch_change_ids: batchChanges, repository_ids: repositories }
  const named = Object.entries(lists).map(([name, text]) => [name, wordsIn(text)] as const)
  return Object.fromEntries(named.filter(([, ids]) => ids.length > 0))
}

/** The body that creates a webhook. */
export function bodyOf(draft: Draft, secret: string): Record<string, unknown> {
  const fields = Object.fromEntries(plainFields.map((field) => [field, fieldValue(draft, field)]))
  const headers = Object.fromEntries(draft.headers.map(({ name, value }) => [name, value]))
  return { ...fields, secret, headers, auth: credentialsOf(draft.auth) }
}

/** The body that changes a webhook: only what differs, so that what somebody else changes meanwhile stays. */
export function changesOf(base: Webhook, draft: Draft): Record<string, unknown> {
  const before = draftOf(base)
  const changed = plainFields.filter((field) => isChanged(before, draft, field))
  const body: Record<string, unknown> = Object.fromEntries(
    changed.map((field) => [field, fieldValue(draft, field)]),
  )
  const headers = headerChanges(base.header_names, draft.headers)
  if (Object.keys(headers).length > 0) body.headers = headers
  if (!isKeptAuth(before.auth, draft.auth)) body.auth = credentialsOf(draft.auth)
  return body
}

/** Whether a field has another value. */
export function isChanged(before: Draft, after: Draft, field: PlainField): boolean {
  return JSON.stringify(fieldValue(before, field)) !== JSON.stringify(fieldValue(after, field))
}

function headerChanges(names: readonly string[], rows: readonly HeaderRow[]): Record<string, string | null> {
  const present = new Set(rows.map(({ name }) => name.toLowerCase()))
  const removed = names.filter((name) => !present.has(name.toLowerCase())).map((name) => [name, null])
  const set = rows.filter(({ isKept }) => !isKept).map(({ name, value }) => [name, value])
  return Object.fromEntries([...removed, ...set])
}

/** Whether what the receiver is told of who calls stays as it is. */
export function isKeptAuth(before: AuthDraft, after: AuthDraft): boolean {
  return after.type === 'none' ? before.type === 'none' : after.isKept
}

function credentialsOf({ type, username, secret }: AuthDraft): object | null {
  if (type === 'none') return null
  return type === 'basic' ? { type, username, password: secret } : { type, token: secret }
}

/** A field's value as text, to compare two. */
export function shownValue(draft: Draft, field: PlainField): string {
  const value = fieldValue(draft, field)
  if (field === 'enabled') return value === true ? 'on' : 'off'
  if (Array.isArray(value)) return value.join(', ')
  if (value === null || value === '') return 'not set'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
