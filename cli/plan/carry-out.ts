import type { Api } from '../api.ts'
import { CommandError, Refused, Unreachable } from '../errors.ts'
import { WithSecret } from '../resources.ts'
import { newSecret, type SecretsFile } from '../secrets-file.ts'
import type { CurrentPlan } from './current-plan.ts'
import type { Step } from './plan.ts'

/** What became of a step. */
export interface Outcome {
  readonly action: Step['action']
  /** Null of what was to be created and was not, as far as is known. */
  readonly id: string | null
  readonly url: string
  readonly outcome: 'done' | 'failed' | 'not tried'
  readonly error?: string
  /** The signing secret, where it was made here and went to no file. */
  readonly secret?: string
}

export interface Means {
  readonly api: Api
  /** The secrets that were asked for, by their step. */
  readonly answers: ReadonlyMap<Step, string>
  readonly secretsFile: SecretsFile | undefined
  /** Told of each outcome as it comes. */
  onOutcome(outcome: Outcome): void
}

/**
 * Does what is planned, one step after the other. A step that is refused is told of and the next one is tried; once the
 * API cannot be reached, the others are not.
 */
export async function carryOut(
  { plan, etags }: CurrentPlan,
  means: Means,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly isReachable: boolean }> {
  const outcomes: Outcome[] = []
  let isReachable = true
  for (const step of plan.steps) {
    const tried: Tried | undefined = isReachable ? await tryStep(step, etags, means) : undefined
    const outcome: Outcome = {
      action: step.action,
      id: step.action === 'create' ? null : step.id,
      url: step.url,
      ...(tried?.part ?? { outcome: 'not tried' }),
    }
    if (tried !== undefined) isReachable = tried.isReachable
    outcomes.push(outcome)
    means.onOutcome(outcome)
  }
  return { outcomes, isReachable }
}

interface Tried {
  readonly part: Omit<Outcome, 'action' | 'url' | 'id'> & { readonly id?: string }
  readonly isReachable: boolean
}

async function tryStep(step: Step, etags: CurrentPlan['etags'], means: Means): Promise<Tried> {
  if (step.action === 'create') return tryCreation(step, means)
  const path = `/webhooks/${step.id}`
  // With it a second request does nothing that the first did not.
  const ifMatch = etags.get(step.id)
  try {
    if (step.action === 'delete') await means.api.call('DELETE', path, { ifMatch, repeatable: true })
    else await means.api.call('PATCH', path, { ifMatch, repeatable: true, body: step.patch })
    return { part: { outcome: 'done' }, isReachable: true }
  } catch (error) {
    return failed(error)
  }
}

async function tryCreation(step: Extract<Step, { action: 'create' }>, means: Means): Promise<Tried> {
  const secret = step.secret.kind === 'given' ? step.secret.value : (means.answers.get(step) ?? newSecret())
  const isNew = step.secret.kind === 'generated'
  // Before it is created, so that no cut leaves a webhook whose secret nobody has.
  if (isNew) means.secretsFile?.keep(step.url, secret)
  const shown = isNew && means.secretsFile === undefined ? { secret } : {}
  try {
    const { body } = await means.api.call('POST', '/webhooks', { body: { ...step.body, secret } })
    return { part: { outcome: 'done', id: WithSecret.parse(body).id, ...shown }, isReachable: true }
  } catch (error) {
    const { part, isReachable } = failed(error)
    // It may have been created all the same.
    return { part: isReachable ? part : { ...part, ...shown }, isReachable }
  }
}

function failed(error: unknown): Tried {
  if (!(error instanceof CommandError)) throw error
  const wasChanged = error instanceof Refused && error.status === 412
  const detail = wasChanged ? `${error.message} Run it again to see what it is now.` : error.message
  return { part: { outcome: 'failed', error: detail }, isReachable: !(error instanceof Unreachable) }
}
