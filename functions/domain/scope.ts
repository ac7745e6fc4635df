/** What a webhook is narrowed to. Each list that is named must meet the event's ids of that kind. */
export interface Scope {
  readonly namespaceIds?: readonly string[] | undefined
  readonly batchChangeIds?: readonly string[] | undefined
  readonly repositoryIds?: readonly string[] | undefined
}

/** The ids, of the kinds that a scope can name, that an event is about. */
export interface EventIds {
  readonly namespaceIds: readonly string[]
  readonly batchChangeIds: readonly string[]
  readonly repositoryIds: readonly string[]
}

const nothing: EventIds = { namespaceIds: [], batchChangeIds: [], repositoryIds: [] }

/** Whether the scope narrows anything at all. */
export function isNarrowed(scope: Scope): boolean {
  return (
    scope.namespaceIds !== undefined ||
    scope.batchChangeIds !== undefined ||
    scope.repositoryIds !== undefined
  )
}

/** Whether an event with those ids is within the scope; one without ids of a named kind is not. */
export function isInScope(scope: Scope, ids: EventIds): boolean {
  return (
    meets(scope.namespaceIds, ids.namespaceIds) &&
    meets(scope.batchChangeIds, ids.batchChangeIds) &&
    meets(scope.repositoryIds, ids.repositoryIds)
  )
}

function meets(wanted: readonly string[] | undefined, present: readonly string[]): boolean {
  return wanted === undefined || wanted.some((id) => present.includes(id))
}

/**
 * The ids in a payload, as Sourcegraph prints them (docs/sourcegraph.md §4). A batch change is itself its `id`; a changeset names
 * its batch changes in `batch_change_ids` (null when none) and `owning_batch_change_id`. Unknown shapes yield what
 * they have of these fields.
 */
export function eventIds(eventType: string, payload: Uint8Array): EventIds {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'))
  } catch {
    return nothing
  }
  if (typeof parsed !== 'object' || parsed === null) return nothing
  const fields = new Map<string, unknown>(Object.entries(parsed))
  return {
    namespaceIds: texts(fields.get('namespace_id')),
    batchChangeIds: [
      ...(eventType.startsWith('batch_change:') ? texts(fields.get('id')) : []),
      ...texts(fields.get('batch_change_ids')),
      ...texts(fields.get('owning_batch_change_id')),
    ],
    repositoryIds: texts(fields.get('repository_id')),
  }
}

const mostFoundBy = { ids: 20, characters: 200 }

/** The batch changes that an event can be found by, each once: the first 20 of its ids, and none that a scope could not name. */
export function foundBy(eventType: string, payload: Uint8Array): readonly string[] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  // What names none need not be parsed to know it.
  if (!eventType.startsWith('batch_change:') && !bytes.includes('batch_change_id')) return []
  const ids = new Set(eventIds(eventType, payload).batchChangeIds)
  return [...ids]
    .filter(({ length }) => length > 0 && length <= mostFoundBy.characters)
    .slice(0, mostFoundBy.ids)
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
