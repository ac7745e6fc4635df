import { isDeepStrictEqual } from 'node:util'
import { authorizationHeader } from '../../functions/domain/receiver-auth.ts'
import type { WebhookResource } from '../resources.ts'
import { type AuthSetting, type Entry, hiddenPart } from '../webhook-file/entry.ts'
import { foundValue, type HiddenValue, isKept, type Variables } from '../webhook-file/hidden-value.ts'
import { defaultOf, meanTheSame, settingNames, shownSetting } from '../webhook-file/settings.ts'
import { shownAuth } from '../webhook-file/webhook-file.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'

/** One field that changes. What is never shown is not in it: there, `hidden` says what happens to it. */
export interface FieldChange {
  readonly field: string
  readonly from?: unknown
  readonly to?: unknown
  readonly hidden?: 'set' | 'written again' | 'removed'
  /** What to know of it before it is changed. */
  readonly note?: string
}

export interface Difference {
  readonly changes: readonly FieldChange[]
  /** The body that makes them. It holds hidden values: it is never to be shown. */
  readonly patch: Readonly<Record<string, unknown>>
  readonly problems: readonly FileProblem[]
  /** How many values the entry gives that were not compared, because the server has some and does not show them. */
  readonly uncompared: number
}

export interface Reading {
  readonly variable: Variables
  /** Whether hidden values are written also where the server has one, which may be the same. */
  readonly writesValues: boolean
  /** What becomes of a field that an entry does not name: it gets its default, or stays. */
  readonly unnamed: 'default' | 'stays'
}

/** What has to change for a webhook to be as its entry says. */
export function difference(entry: Entry, webhook: WebhookResource, reading: Reading): Difference {
  const parts = [settingsDifference, authDifference, headersDifference].map((part) =>
    part(entry, webhook, reading),
  )
  return {
    changes: parts.flatMap(({ changes }) => changes),
    patch: Object.assign({}, ...parts.map(({ patch }) => patch)),
    problems: parts.flatMap(({ problems }) => problems),
    uncompared: parts.reduce((sum, { uncompared }) => sum + uncompared, 0),
  }
}

/** Whether the webhook is as its entry says, as far as the server shows. */
export function isAsItSays(entry: Entry, webhook: WebhookResource, { unnamed }: Reading): boolean {
  const { changes, problems } = difference(entry, webhook, {
    variable: () => undefined,
    writesValues: false,
    unnamed,
  })
  return changes.length === 0 && problems.length === 0
}

const nothing: Difference = { changes: [], patch: {}, problems: [], uncompared: 0 }

function settingsDifference({ settings }: Entry, webhook: WebhookResource, { unnamed }: Reading): Difference {
  const names = settingNames.filter(
    (name) =>
      (name in settings || unnamed === 'default') &&
      !meanTheSame(name, shownSetting(webhook, name), settings[name]),
  )
  const changes = names.map((field) => {
    const to = settings[field] ?? defaultOf(field)
    const note = field === 'enabled' && to === true ? noteOf(webhook) : {}
    return { field, from: shownSetting(webhook, field) ?? null, to, ...note }
  })
  return { ...nothing, changes, patch: Object.fromEntries(changes.map(({ field, to }) => [field, to])) }
}

/** An admin's file overrules the service, which is not to happen unseen. */
function noteOf({ disabled_reason: reason }: WebhookResource): { note?: string } {
  return reason === null ? {} : { note: `the service turned it off: ${reason}` }
}

function headersDifference(
  { headers, auth, path }: Entry,
  webhook: WebhookResource,
  { variable, writesValues, unnamed }: Reading,
): Difference {
  if (headers === undefined && unnamed === 'stays') return nothing
  const wanted = Object.entries(headers ?? {})
  const names = new Set(wanted.map(([name]) => name.toLowerCase()))
  const shown = new Set(webhook.header_names.map((name) => name.toLowerCase()))
  const changes: FieldChange[] = []
  const patch: Record<string, string | null> = {}
  const problems: FileProblem[] = []
  let uncompared = 0
  for (const [name, setting] of wanted) {
    const isThere = shown.has(name.toLowerCase())
    if (isThere && isKept(setting)) continue
    if (isThere && !writesValues) {
      uncompared += 1
      continue
    }
    const found = foundValue(setting, variable)
    if ('problem' in found) problems.push({ path: [...path, 'headers', name], detail: found.problem })
    else patch[name] = found.value
    changes.push({ field: `headers.${name}`, hidden: isThere ? 'written again' : 'set' })
  }
  for (const name of webhook.header_names.filter((header) => !names.has(header.toLowerCase()))) {
    changes.push({ field: `headers.${name}`, hidden: 'removed' })
    // Credentials take its place by themselves, and naming both is refused.
    if (!auth || name.toLowerCase() !== authorizationHeader.toLowerCase()) patch[name] = null
  }
  return { changes, patch: Object.keys(patch).length === 0 ? {} : { headers: patch }, problems, uncompared }
}

function authDifference(
  { auth, path }: Entry,
  webhook: WebhookResource,
  { variable, writesValues, unnamed }: Reading,
): Difference {
  if (auth === undefined && unnamed === 'stays') return nothing
  const from = shownAuth(webhook)
  const to = auth ? shownPart(auth) : null
  const isSame = isDeepStrictEqual(from, to)
  if (!auth)
    return isSame ? nothing : { ...nothing, changes: [{ field: 'auth', from, to }], patch: { auth: null } }
  const setting = hiddenSetting(auth)
  if (isSame && isKept(setting)) return nothing
  if (isSame && !writesValues) return { ...nothing, uncompared: 1 }
  const found = foundValue(setting, variable)
  const part = hiddenPart[auth.type]
  const changes: FieldChange[] = [
    ...(isSame ? [] : [{ field: 'auth', from, to }]),
    { field: `auth.${part}`, hidden: isSame ? 'written again' : 'set' },
  ]
  if ('problem' in found)
    return { ...nothing, changes, problems: [{ path: [...path, 'auth', part], detail: found.problem }] }
  return { ...nothing, changes, patch: { auth: { ...to, [part]: found.value } } }
}

/** Credentials without what is never shown of them. */
export function shownPart(auth: AuthSetting): Readonly<Record<string, unknown>> {
  return auth.type === 'basic' ? { type: auth.type, username: auth.username } : { type: auth.type }
}

export function hiddenSetting(auth: AuthSetting): HiddenValue {
  return auth.type === 'basic' ? auth.password : auth.token
}
