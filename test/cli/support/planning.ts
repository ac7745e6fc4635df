import { secretOriginOf } from '../../../cli/plan/creation.ts'
import { makePlan, type Plan, type PlanOptions } from '../../../cli/plan/plan.ts'
import type { WebhookResource } from '../../../cli/resources.ts'
import type { Entry } from '../../../cli/webhook-file/entry.ts'

/** What the variables hold that entries name. */
export const environment = new Map([
  ['TEAM', 'team-value'],
  ['PASSWORD', 'pass-value'],
  ['SECRET', 'shared secret'],
])
export const variable = (name: string) => environment.get(name)

export const optionsWith = (options: Partial<PlanOptions> = {}): PlanOptions => ({
  variable,
  prunes: false,
  writesValues: false,
  unnamed: 'default',
  secretOf: (entry) => secretOriginOf(entry, { variable, generates: true }),
  ...options,
})

export function planned(
  entries: readonly Entry[],
  webhooks: readonly WebhookResource[],
  options: Partial<PlanOptions> = {},
): Plan {
  const plan = makePlan(entries, webhooks, optionsWith(options))
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems))
  return plan
}

export function problemsOf(entries: readonly Entry[], webhooks: readonly WebhookResource[], options = {}) {
  const plan = makePlan(entries, webhooks, optionsWith(options))
  return 'problems' in plan ? plan.problems.map(({ path, detail }) => `${path.join('.')} ${detail}`) : []
}

export const wish = { url: 'https://hooks.example.com/one', event_types: ['batch_change:apply'] }
