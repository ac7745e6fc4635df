import { CreateWebhook, UpdateWebhook } from '../../functions/api/schemas/webhook.ts'
import { words } from '../../functions/api/words.ts'
import type { WebhookResource } from '../resources.ts'
import { type Entry, problemsOf } from '../webhook-file/entry.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'
import { creation, type SecretOrigin } from './creation.ts'
import { difference, type FieldChange, isAsItSays, type Reading } from './difference.ts'
import { paired } from './pairing.ts'

/** One thing to do. `body` and `patch` hold hidden values: they are never to be shown. */
export type Step =
  | {
      readonly action: 'create'
      readonly entry: Entry
      readonly url: string
      readonly changes: readonly FieldChange[]
      readonly body: Readonly<Record<string, unknown>>
      readonly secret: SecretOrigin
    }
  | {
      readonly action: 'change'
      readonly id: string
      readonly url: string
      readonly changes: readonly FieldChange[]
      readonly patch: Readonly<Record<string, unknown>>
    }
  | { readonly action: 'delete'; readonly id: string; readonly url: string }

export interface Plan {
  /** In the order of the file; deletions come last. */
  readonly steps: readonly Step[]
  readonly unchanged: readonly WebhookResource[]
  /** Not in the file; they stay unless they are pruned, and are among the steps then. */
  readonly left: readonly WebhookResource[]
  /** How many values of the file were not compared, because the server does not show those that it has. */
  readonly uncompared: number
}

export interface PlanOptions extends Reading {
  readonly prunes: boolean
  secretOf(entry: Entry): SecretOrigin | FileProblem
}

/** What is to be done for the server's webhooks to be as the entries say, or everything that stands in the way. Pure. */
export function makePlan(
  entries: readonly Entry[],
  webhooks: readonly WebhookResource[],
  options: PlanOptions,
): Plan | { readonly problems: readonly FileProblem[] } {
  const pairing = paired(entries, webhooks, (entry, webhook) => isAsItSays(entry, webhook, options))
  const problems: FileProblem[] = [...pairing.problems]
  const steps: Step[] = []
  const unchanged: WebhookResource[] = []
  let uncompared = 0
  const unclear = new Set(pairing.problems.map(({ path }) => path))
  for (const [index, entry] of entries.entries()) {
    const webhook = pairing.webhooks[index]
    if (webhook === undefined) {
      if (unclear.has(entry.path)) continue
      const planned = planCreation(entry, options)
      if ('problems' in planned) problems.push(...planned.problems)
      else steps.push(planned)
      continue
    }
    const found = difference(entry, webhook, options)
    const { error } = UpdateWebhook.safeParse(found.patch, { error: words })
    problems.push(...found.problems, ...problemsOf(error, entry.path))
    const { changes, patch } = found
    uncompared += found.uncompared
    if (changes.length === 0) unchanged.push(webhook)
    else steps.push({ action: 'change', id: webhook.id, url: webhook.url, changes, patch })
  }
  if (options.prunes)
    steps.push(...pairing.left.map(({ id, url }) => ({ action: 'delete' as const, id, url })))
  if (problems.length > 0) return { problems }
  return { steps, unchanged, left: options.prunes ? [] : pairing.left, uncompared }
}

function planCreation(entry: Entry, options: PlanOptions): Step | { readonly problems: FileProblem[] } {
  const { changes, body, problems } = creation(entry, options)
  if (problems.length > 0) return { problems: [...problems] }
  const secret = options.secretOf(entry)
  if ('detail' in secret) return { problems: [secret] }
  const whole = secret.kind === 'given' ? { ...body, secret: secret.value } : body
  const { error } = CreateWebhook.safeParse(whole, { error: words })
  if (error !== undefined) return { problems: problemsOf(error, entry.path) }
  return { action: 'create', entry, url: entry.url, changes, body, secret }
}

/** How many there are of each action. */
export function countsOf({ steps, unchanged, left, uncompared }: Plan) {
  const count = (action: Step['action']) => steps.filter((step) => step.action === action).length
  return {
    to_create: count('create'),
    to_change: count('change'),
    to_delete: count('delete'),
    unchanged: unchanged.length,
    not_in_file: left.length,
    values_not_compared: uncompared,
  }
}
