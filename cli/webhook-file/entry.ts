import * as z from 'zod'
import { CreateWebhook } from '../../functions/api/schemas/webhook.ts'
import { words } from '../../functions/api/words.ts'
import { parseNetwork } from '../../functions/domain/ip-address.ts'
import { checkWebhookUrl } from '../../functions/domain/webhook-url.ts'
import { HeaderValue, HiddenValue, SecretSetting } from './hidden-value.ts'
import { settingNames } from './settings.ts'
import type { FileProblem } from './yaml-text.ts'

/** The part of credentials that is never shown, by their type. */
export const hiddenPart = { basic: 'password', bearer: 'token' } as const

const AuthSetting = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('basic'), username: z.string(), password: HiddenValue }),
    z.strictObject({ type: z.literal('bearer'), token: HiddenValue }),
  ],
  { error: 'must have the type basic or bearer.' },
)
export type AuthSetting = z.output<typeof AuthSetting>

/** One webhook as a file wants it. */
export interface Entry {
  /** Where it is in its file. */
  readonly path: readonly PropertyKey[]
  /** The webhook that it was exported from, if it was. */
  readonly id: string | undefined
  readonly url: string
  /** By their names in the API, the URL among them; what is not given is not here. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, HeaderValue>> | undefined
  readonly auth: AuthSetting | null | undefined
  readonly secret: SecretSetting | undefined
}

const Forms = z.object({
  id: z
    .string()
    .regex(/^whk_[0-9a-z]{16}$/, 'must be the id of a webhook, whk_….')
    .optional(),
  headers: z.record(z.string(), HeaderValue).optional(),
  auth: AuthSetting.nullable().optional(),
  secret: SecretSetting.optional(),
})
const Fields = z.record(z.string(), z.unknown(), { error: 'must be an object: the settings of one webhook.' })

/** Reads one webhook of a file, by the rules of the API for a new one. */
export function readEntry(raw: unknown, path: readonly PropertyKey[]): Entry | readonly FileProblem[] {
  const fields = Fields.safeParse(raw)
  if (!fields.success) return problemsOf(fields.error, path)
  const forms = Forms.safeParse(raw, { error: words })
  const { id: _id, ...given } = fields.data
  const body = CreateWebhook.safeParse(standIn(given, forms.data), { error: words })
  const problems = [
    ...problemsOf(forms.error, path),
    ...problemsOf(body.error, path),
    ...urlProblems(given.url, path),
  ]
  if (!forms.success || !body.success || problems.length > 0) return problems
  const settings = Object.fromEntries(settingNames.map((name) => [name, given[name]]))
  const { id, headers, auth, secret } = forms.data
  return { path, id, url: body.data.url, settings: withoutUndefined(settings), headers, auth, secret }
}

/** The problems of an input, one for each field that is not known. */
export function problemsOf(error: z.ZodError | undefined, prefix: readonly PropertyKey[]): FileProblem[] {
  return (error?.issues ?? []).flatMap((issue) => {
    const path = [...prefix, ...issue.path]
    if (issue.code !== 'unrecognized_keys') return [{ path, detail: issue.message }]
    const detail = 'is not a field that can be set. Remove it, or correct its name.'
    return issue.keys.map((key) => ({ path: [...path, key], detail }))
  })
}

export function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** The body that would create it, with a text that passes in place of every hidden value. */
function standIn(given: Readonly<Record<string, unknown>>, forms: z.output<typeof Forms> | undefined) {
  const { headers, auth, secret: _secret, ...settings } = given
  return withoutUndefined({
    ...settings,
    headers:
      forms === undefined || forms.headers === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(forms.headers).map(([name, value]) => [
              name,
              typeof value === 'string' ? value : 'x',
            ]),
          ),
    auth: forms?.auth && { ...forms.auth, [hiddenPart[forms.auth.type]]: 'x' },
  })
}

// Which addresses and ports are open is the server's to say; the rest holds everywhere.
const openPolicy = {
  allowHttp: true,
  allowedPorts: 'any',
  allowedNetworks: [parseNetwork('0.0.0.0/0'), parseNetwork('::/0')],
} as const

function urlProblems(url: unknown, path: readonly PropertyKey[]): FileProblem[] {
  if (typeof url !== 'string') return []
  const verdict = checkWebhookUrl(url, openPolicy)
  return verdict.ok ? [] : [{ path: [...path, 'url'], detail: verdict.reason }]
}
