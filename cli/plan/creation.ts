import { type Entry, hiddenPart, withoutUndefined } from '../webhook-file/entry.ts'
import { foundValue } from '../webhook-file/hidden-value.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'
import { type FieldChange, hiddenSetting, type Reading, shownPart } from './difference.ts'

/** Where the signing secret of a webhook to be created comes from. */
export type SecretOrigin =
  | { readonly kind: 'generated' }
  /** `from` says in words where it was found. */
  | { readonly kind: 'given'; readonly value: string; readonly from: string }
  | { readonly kind: 'asked' }

export interface Creation {
  readonly changes: readonly FieldChange[]
  /** The body that creates it, the signing secret aside. It holds hidden values: it is never to be shown. */
  readonly body: Readonly<Record<string, unknown>>
  readonly problems: readonly FileProblem[]
}

/** What it takes to create the webhook of an entry. */
export function creation(
  { settings, headers = {}, auth, path }: Entry,
  { variable }: Pick<Reading, 'variable'>,
): Creation {
  const problems: FileProblem[] = []
  const hiddenValue = (setting: Parameters<typeof foundValue>[0], place: readonly string[]) => {
    const found = foundValue(setting, variable)
    if ('value' in found) return found.value
    problems.push({ path: [...path, ...place], detail: found.problem })
    return ''
  }
  const headerValues = Object.entries(headers).map(
    ([name, setting]) => [name, hiddenValue(setting, ['headers', name])] as const,
  )
  const credentials = auth && {
    ...shownPart(auth),
    [hiddenPart[auth.type]]: hiddenValue(hiddenSetting(auth), ['auth', hiddenPart[auth.type]]),
  }
  const changes: FieldChange[] = [
    ...Object.entries(settings).map(([field, to]) => ({ field, to })),
    ...(auth ? [{ field: 'auth', to: shownPart(auth) }] : []),
    ...Object.keys(headers).map((name) => ({ field: `headers.${name}`, hidden: 'set' as const })),
  ]
  const body = withoutUndefined({
    ...settings,
    headers: headerValues.length === 0 ? undefined : Object.fromEntries(headerValues),
    auth: credentials ?? undefined,
  })
  return { changes, body, problems }
}

/** The origin of the secret that an entry of a webhook file names; undefined: it is the server's, which has none yet. */
export function secretOriginOf(
  { secret, path }: Entry,
  { variable, generates }: Pick<Reading, 'variable'> & { readonly generates: boolean },
): SecretOrigin | FileProblem {
  if (secret === undefined || 'generate' in secret || ('keep' in secret && generates))
    return { kind: 'generated' }
  if ('keep' in secret)
    return {
      path: [...path, 'secret'],
      detail:
        'says keep, but the server does not have this webhook: write {from_env: NAME} for the secret that its receiver has, or have one made: {generate: true}, or --generate-secrets.',
    }
  const found = foundValue(secret, variable)
  if ('problem' in found) return { path: [...path, 'secret'], detail: found.problem }
  return { kind: 'given', value: found.value, from: `the environment's ${secret.from_env}` }
}
