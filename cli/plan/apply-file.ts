import { BadFile } from '../bad-file.ts'
import { nameOf, readFileOf } from '../read-file.ts'
import type { Session } from '../session.ts'
import { variablesOf } from '../variables.ts'
import { readWebhookFile } from '../webhook-file/webhook-file.ts'
import { type ApplyOptions, applyEntries } from './apply-entries.ts'
import { secretOriginOf } from './creation.ts'
import type { PlanOptions } from './plan.ts'

/** The options of `apply`. */
export interface ApplyFileOptions extends ApplyOptions {
  readonly prune?: boolean
  readonly generateSecrets?: boolean
  readonly writeValues?: boolean
}

/** Makes the webhooks as that file says. @throws what `applyEntries` does; BadFile with every problem of the file. */
export async function applyFile(session: Session, path: string, options: ApplyFileOptions): Promise<void> {
  const { value, lineOf } = await readFileOf(session.terminal, path)
  const entries = readWebhookFile(value)
  if ('problems' in entries) throw new BadFile(nameOf(path), { ...entries, lineOf })
  const variable = variablesOf(session, options)
  const planOptions = {
    variable,
    prunes: options.prune === true,
    writesValues: options.writeValues === true,
    unnamed: 'default',
    secretOf: (entry) => secretOriginOf(entry, { variable, generates: options.generateSecrets === true }),
  } as const satisfies PlanOptions
  await applyEntries(session, { entries, planOptions, file: nameOf(path), lineOf }, options)
}
