/** Attributes of an item, named in letters, digits and underscores; undefined ones are left out. */
export type Attributes = Readonly<Record<string, unknown>>

/** A condition or filter: `#name` stands for the attribute of that name, `:name` for the value of that name. */
export interface Expression {
  readonly text: string
  readonly values?: Attributes
}

/** Nothing has the key yet. */
export const isAbsent: Expression = { text: 'attribute_not_exists(#pk)' }

/**
 * Nothing has the key yet, or it is this very item: an answer that was lost makes the SDK write it again.
 * @param mark an attribute that no other item would have the same.
 */
export function isAbsentOrHas(mark: string, value: unknown): Expression {
  return { text: `attribute_not_exists(#pk) OR #${mark} = :${mark}`, values: { [mark]: value } }
}

/** Something has the key. */
export const isThere: Expression = { text: 'attribute_exists(#pk)' }

/** A change of single attributes. `add` counts up numbers that are there, and takes others for 0. */
export interface Change {
  readonly set?: Attributes
  readonly add?: Readonly<Record<string, number>>
}

/** A run of items of one partition, in the order of their sort keys. */
export interface Range {
  readonly pk: string
  /** Bounds of the sort key, both included. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Begins behind this sort key, which must lie within the bounds. */
  readonly startAfter?: string | undefined
  readonly descending?: boolean
  /** Most items to read, before `filter`. */
  readonly limit?: number
  readonly filter?: Expression
  /** Only these attributes of each item. */
  readonly attributes?: readonly string[]
  readonly consistent?: boolean
}

/** Whether nothing can lie in the range; DynamoDB would call that an error. */
export function isEmpty({ from, to }: Range): boolean {
  return from !== undefined && to !== undefined && from > to
}

/** The part of a write that says when it may be made. */
export function conditionInput(condition: Expression | undefined) {
  return condition === undefined
    ? {}
    : { ConditionExpression: condition.text, ...placeholders(condition.text, condition.values) }
}

/** The part of an update that says what changes, and when it may. */
export function updateInput({ set = {}, add = {} }: Change, condition: Expression | undefined) {
  const sets = Object.entries(set).filter(([, value]) => value !== undefined)
  const adds = Object.entries(add)
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.map(([name]) => `#${name} = :set_${name}`).join(', ')}`] : []),
    ...(adds.length > 0 ? [`ADD ${adds.map(([name]) => `#${name} :add_${name}`).join(', ')}`] : []),
  ]
  const text = clauses.join(' ')
  return {
    UpdateExpression: text,
    ...(condition === undefined ? {} : { ConditionExpression: condition.text }),
    ...placeholders(`${text} ${condition?.text ?? ''}`, {
      ...Object.fromEntries(sets.map(([name, value]) => [`set_${name}`, value])),
      ...Object.fromEntries(adds.map(([name, value]) => [`add_${name}`, value])),
      ...condition?.values,
    }),
  }
}

/** A query's input but for its table. */
export function queryInput(range: Range) {
  const { pk, from, to, startAfter, filter } = range
  const key = `#pk = :range_pk${boundsText(range)}`
  const projected = range.attributes?.map((name) => `#${name}`).join(', ')
  return {
    KeyConditionExpression: key,
    ...(filter === undefined ? {} : { FilterExpression: filter.text }),
    ...(projected === undefined ? {} : { ProjectionExpression: projected }),
    ...placeholders(`${key} ${filter?.text ?? ''} ${projected ?? ''}`, {
      range_pk: pk,
      range_from: from,
      range_to: to,
      ...filter?.values,
    }),
    ...(startAfter === undefined ? {} : { ExclusiveStartKey: { pk, sk: startAfter } }),
    ...(range.limit === undefined ? {} : { Limit: range.limit }),
    ScanIndexForward: range.descending !== true,
    ConsistentRead: range.consistent === true,
  }
}

/** The part of a batch read that names the attributes wanted. */
export function projectionInput(attributes: readonly string[] | undefined) {
  if (attributes === undefined) return {}
  const projected = attributes.map((name) => `#${name}`).join(', ')
  return { ProjectionExpression: projected, ExpressionAttributeNames: namesIn(projected) }
}

function boundsText({ from, to }: Range): string {
  if (from !== undefined && to !== undefined) return ' AND #sk BETWEEN :range_from AND :range_to'
  if (from !== undefined) return ' AND #sk >= :range_from'
  return to === undefined ? '' : ' AND #sk <= :range_to'
}

function placeholders(text: string, values: Attributes = {}) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const names = namesIn(text)
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(given.length === 0
      ? {}
      : {
          ExpressionAttributeValues: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
        }),
  }
}

function namesIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/#(\w+)/g)].map(([placeholder, name = '']) => [placeholder, name]),
  )
}
