import { isDeepStrictEqual } from 'node:util'
import { CreateWebhook } from '../../functions/api/schemas/webhook.ts'
import type { WebhookResource } from '../resources.ts'

// They hold what is never shown, so they have forms of their own in the file.
const withHiddenParts: readonly string[] = ['secret', 'headers', 'auth']

const schemas = new Map(
  Object.entries(CreateWebhook.shape).filter(([name]) => !withHiddenParts.includes(name)),
)

/** What can be set of a webhook and is shown as it was set, by its name in the API, in the API's order. */
export const settingNames: readonly string[] = [...schemas.keys()]

// Lists in which only what they hold matters.
const unordered: readonly string[] = ['event_types', 'scope']

/** Whether two values of a setting mean the same: `120m` and `2h`, or lists in another order. Undefined is its default. */
export function meanTheSame(name: string, one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(meaningOf(name, one), meaningOf(name, other))
}

/** What the server shows of a setting. */
export function shownSetting(webhook: WebhookResource, name: string): unknown {
  return webhook[name]
}

/** The value that goes for a setting that is not given; null where that is the deployment's own, or none. */
export function defaultOf(name: string): unknown {
  return schemas.get(name)?.safeParse(undefined).data ?? null
}

function meaningOf(name: string, value: unknown): unknown {
  const given = value === undefined ? defaultOf(name) : value
  const { success, data } = schemas.get(name)?.safeParse(given) ?? { success: false, data: undefined }
  return normal(success ? data : given, unordered.includes(name))
}

function normal(value: unknown, sorts: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item, sorts))
    return sorts ? [...new Set(items)].toSorted() : items
  }
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(entries.map(([key, part]) => [key, normal(part, sorts)]))
}
