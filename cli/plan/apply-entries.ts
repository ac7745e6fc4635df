import { SigningSecret } from '../../functions/api/schemas/signing-secret.ts'
import { BadFile } from '../bad-file.ts'
import { Differs, Failed, Unreachable, Usage } from '../errors.ts'
import { counted, printable } from '../output.ts'
import { SecretsFile } from '../secrets-file.ts'
import type { Session } from '../session.ts'
import type { Entry } from '../webhook-file/entry.ts'
import type { ReadText } from '../webhook-file/yaml-text.ts'
import { carryOut, type Outcome } from './carry-out.ts'
import { currentPlan } from './current-plan.ts'
import type { Plan, PlanOptions, Step } from './plan.ts'
import { planData, planText } from './plan-text.ts'

/** The options that `apply` and `import` share. */
export interface ApplyOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly secretsFile?: string
}

export interface Wanted {
  readonly entries: readonly Entry[]
  readonly planOptions: PlanOptions
  /** The file that they come from, for what is said of it. */
  readonly file: string
  readonly lineOf: ReadText['lineOf']
}

/**
 * Plans, shows the plan, asks, and carries it out.
 * @throws BadFile when the plan cannot be made, Differs for a dry run with something to do, Failed or Unreachable when
 * not everything was done.
 */
export async function applyEntries(session: Session, wanted: Wanted, options: ApplyOptions): Promise<void> {
  const { terminal, api, json } = session
  const current = await currentPlan(api, wanted.entries, wanted.planOptions)
  if ('problems' in current)
    throw new BadFile(wanted.file, { problems: current.problems, lineOf: wanted.lineOf })
  const { plan } = current
  const data = { dry_run: options.dryRun === true, ...planData(plan) }
  if (!json) terminal.print(planText(plan, terminal))
  if (plan.steps.length === 0 || options.dryRun === true) {
    if (json) session.print(data, '')
    if (plan.steps.length > 0)
      throw new Differs(`This was a dry run: ${counted(plan.steps.length, 'step')} to do, nothing was done.`)
    return
  }
  // Whoever is asked sees what for, also where results are JSON.
  if (json && options.yes !== true) terminal.note(planText(plan, terminal))
  await session.confirm(`Do this at ${api.url}?`, options)
  const answers = await askForSecrets(session, plan)
  const secretsFile = secretsFileFor(plan, options)
  const { outcomes, isReachable } = await carryOut(current, {
    api,
    answers,
    secretsFile,
    onOutcome: (outcome) => {
      if (!json) terminal.print(outcomeText(outcome))
    },
  })
  secretsFile?.close()
  if (json) session.print({ ...data, outcomes }, '')
  if (secretsFile !== undefined) session.note(`The new secrets are in ${secretsFile.path}.`)
  judge(outcomes, isReachable)
}

async function askForSecrets({ terminal }: Session, plan: Plan): Promise<ReadonlyMap<Step, string>> {
  const answers = new Map<Step, string>()
  for (const step of plan.steps) {
    if (step.action !== 'create' || step.secret.kind !== 'asked') continue
    const secret = await terminal.askHidden(`Signing secret that ${printable(step.url)} has:`)
    const { error } = SigningSecret.safeParse(secret)
    if (error !== undefined)
      throw new Usage(
        `That cannot be a signing secret: ${error.issues[0]?.message} Nothing was done. For a new one use --generate-secrets.`,
      )
    answers.set(step, secret)
  }
  return answers
}

function secretsFileFor({ steps }: Plan, { secretsFile }: ApplyOptions): SecretsFile | undefined {
  const makesSome = steps.some((step) => step.action === 'create' && step.secret.kind === 'generated')
  return makesSome && secretsFile !== undefined ? new SecretsFile(secretsFile) : undefined
}

const done = { create: 'Created', change: 'Changed', delete: 'Deleted' } as const

function outcomeText({ action, id, url, outcome, error, secret }: Outcome): string {
  const name = id === null ? url : `${id} ${url}`
  const line =
    outcome === 'done'
      ? `${done[action]} ${name}`
      : outcome === 'failed'
        ? `Failed to ${action} ${name}: ${error}`
        : `Not tried: ${action} ${name}`
  const secretLines =
    secret === undefined
      ? ''
      : `  ${outcome === 'done' ? 'signing secret, shown this once' : 'if it was created, its signing secret is'}: ${secret}\n`
  return `${printable(line)}\n${secretLines}`
}

function judge(outcomes: readonly Outcome[], isReachable: boolean): void {
  const count = (of: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === of).length
  if (count('done') === outcomes.length) return
  const notTried = count('not tried') === 0 ? '' : `, ${count('not tried')} not tried`
  const words = `${count('done')} of ${counted(outcomes.length, 'step')} done, ${count('failed')} failed${notTried}. Run it again for the rest: what is done is not done twice.`
  throw isReachable ? new Failed(words) : new Unreachable(words)
}
