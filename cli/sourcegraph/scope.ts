// What a Sourcegraph id is the id of, and the list of a scope that holds such ids.
const listOf: Readonly<Record<string, string>> = {
  BatchChange: 'batch_change_ids',
  Repository: 'repository_ids',
  User: 'namespace_ids',
  Org: 'namespace_ids',
}

export interface ScopedType {
  readonly eventType: string
  readonly scope?: string | null | undefined
}

/**
 * Sourcegraph scopes each event type by itself, with any text; a webhook here is narrowed as a whole, by ids. The scope
 * that means the same: undefined where nothing is narrowed.
 * @throws Error, with the reason, when there is none.
 */
export function scopeOf(
  types: readonly ScopedType[],
): Readonly<Record<string, readonly string[]>> | undefined {
  const byType = Map.groupBy(types, ({ eventType }) => eventType)
  const scopes = [...byType.values()].map((alike) => alike.map(({ scope }) => scope || null))
  // A type that is there without a scope as well is not narrowed.
  const narrowed = scopes.map((alike) => (alike.includes(null) ? [] : [...new Set(alike)].toSorted()))
  const [first = []] = narrowed
  if (narrowed.some((alike) => alike.join('\n') !== first.join('\n')))
    throw new Error('its event types have scopes that differ, and a webhook here has one for all of them')
  const ids = first.flatMap((scope) => (scope === null ? [] : [scopedId(scope)]))
  const lists = new Set(ids.map(({ list }) => list))
  const [list] = lists
  if (list === undefined) return undefined
  if (lists.size > 1)
    throw new Error(
      'its scope has ids of several kinds, of which any would do; here each kind narrows further',
    )
  return { [list]: ids.map(({ id }) => id) }
}

/** An id as Sourcegraph prints it in payloads, the base64 of `BatchChange:173`; one that is not encoded yet is. */
function scopedId(scope: string): { readonly list: string; readonly id: string } {
  for (const id of [scope, Buffer.from(scope).toString('base64')]) {
    const [, kind = ''] = /^([A-Za-z]+):\d+$/.exec(Buffer.from(id, 'base64').toString('utf8')) ?? []
    const list = listOf[kind]
    if (list !== undefined) return { list, id }
  }
  throw new Error(
    `its scope ${JSON.stringify(scope)} is no id of a batch change, a repository, a user or an organization`,
  )
}
