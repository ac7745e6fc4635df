import type { Api } from '../api.ts'
import { Refused } from '../errors.ts'
import { WebhookResource } from '../resources.ts'
import type { Entry } from '../webhook-file/entry.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'
import { makePlan, type Plan, type PlanOptions } from './plan.ts'

export interface CurrentPlan {
  readonly plan: Plan
  /** By id, the ETag of each webhook as the plan has it that it changes or deletes. */
  readonly etags: ReadonlyMap<string, string | undefined>
}

/** Plans against what the server has now. A list shows no ETags, so what a plan touches is read again by itself. */
export async function currentPlan(
  api: Api,
  entries: readonly Entry[],
  options: PlanOptions,
): Promise<CurrentPlan | { readonly problems: readonly FileProblem[] }> {
  let webhooks = await api.list('/webhooks', WebhookResource)
  const etags = new Map<string, string | undefined>()
  for (;;) {
    const plan = makePlan(entries, webhooks, options)
    if ('problems' in plan) return plan
    const unread = plan.steps.flatMap((step) =>
      step.action !== 'create' && !etags.has(step.id) ? [step.id] : [],
    )
    if (unread.length === 0) return { plan, etags }
    for (const id of unread) {
      const { webhook, etag } = await readAgain(api, id)
      etags.set(id, etag)
      webhooks = webhooks.flatMap((old) => (old.id === id ? webhook : [old]))
    }
  }
}

/** One webhook with its ETag; none when it is gone meanwhile. */
async function readAgain(
  api: Api,
  id: string,
): Promise<{ webhook: WebhookResource[]; etag?: string | undefined }> {
  try {
    const { body, etag } = await api.call('GET', `/webhooks/${id}`)
    return { webhook: [WebhookResource.parse(body)], etag }
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return { webhook: [] }
    throw error
  }
}
