import * as z from 'zod'
import { SigningSecret } from '../../functions/api/schemas/signing-secret.ts'
import { words } from '../../functions/api/words.ts'
import type { SecretOrigin } from '../plan/creation.ts'
import { problemsOf } from '../webhook-file/entry.ts'
import { foundValue, type Variables } from '../webhook-file/hidden-value.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'

const KnownSecret = z
  .strictObject({
    url: z.string().optional(),
    id: z.string().optional(),
    secret: SigningSecret.optional(),
    from_env: z.string().optional(),
  })
  .refine(({ url, id }) => (url === undefined) !== (id === undefined), 'must have url, or id.')
  .refine(
    ({ secret, from_env }) => (secret === undefined) !== (from_env === undefined),
    'must have secret, or from_env.',
  )
type KnownSecret = z.output<typeof KnownSecret>

/** Secrets of webhooks by their URL or by Sourcegraph's id; of several with one URL the first is taken first. */
export class KnownSecrets {
  readonly #secrets: readonly KnownSecret[]
  readonly #variable: Variables

  constructor(secrets: readonly KnownSecret[], variable: Variables) {
    this.#secrets = secrets
    this.#variable = variable
  }

  /** The secret of a webhook; undefined when none is known. `nth`: how many webhooks with that URL come before it. */
  of({
    url,
    id,
    nth,
  }: {
    url: string
    id: string
    nth: number
  }): SecretOrigin | { detail: string } | undefined {
    const known =
      this.#secrets.find((secret) => secret.id !== undefined && namesOf(id).includes(secret.id)) ??
      this.#secrets.filter((secret) => secret.url === url)[nth]
    if (known?.secret !== undefined)
      return { kind: 'given', value: known.secret, from: 'the file of secrets' }
    if (known?.from_env === undefined) return undefined
    const found = foundValue({ from_env: known.from_env }, this.#variable)
    if ('problem' in found) return { detail: `Its secret ${found.problem}` }
    return { kind: 'given', value: found.value, from: `the environment's ${known.from_env}` }
  }
}

/** Reads a file of secrets: a list of `{url, secret}`, as --secrets-file writes it. */
export function readKnownSecrets(
  value: unknown,
): readonly KnownSecret[] | { readonly problems: readonly FileProblem[] } {
  const { data, error } = z.array(KnownSecret).safeParse(value, { error: words })
  return data ?? { problems: problemsOf(error, []) }
}

/** `T3V0Ym91bmRXZWJob29rOjc=` is also 7, its number in Sourcegraph's database. */
function namesOf(id: string): readonly string[] {
  const [, number] = /^OutboundWebhook:(\d+)$/.exec(Buffer.from(id, 'base64').toString('utf8')) ?? []
  return number === undefined ? [id] : [id, number]
}
