import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { emulatedTemplate } from './emulated-template.ts'
import { run } from './run.ts'

const Outputs = z.record(
  z.string(),
  z.object({ ApiUrl: z.string(), ConsoleUrl: z.string(), AdminTokenSecret: z.string() }),
)
export type Outputs = z.output<typeof Outputs>[string]

/** Where CDK works and what it is told. */
export interface Place {
  /** For assemblies and outputs. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

let assemblies = 0

/** Prepares the account, as is done once for all stacks. */
export async function bootstrap(place: Place): Promise<void> {
  await cdk(place, ['bootstrap', '--output', join(place.folder, 'bootstrap')])
}

/**
 * Synthesizes the stack of a stage with `bin/app.ts` and deploys it; `settings` are those of lib/settings.ts.
 * @returns its outputs.
 */
export async function deploy(
  place: Place,
  { stage, settings }: { stage: string; settings: Readonly<Record<string, string>> },
): Promise<Outputs> {
  assemblies += 1
  const assembly = join(place.folder, `${stage}-${process.pid}-${assemblies}`)
  const outputsFile = `${assembly}-outputs.json`
  const context = Object.entries({ ...settings, stage }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  await cdk(place, ['synth', '--quiet', '--output', assembly, ...context])
  const templateFile = join(assembly, `${stackOf(stage)}.template.json`)
  await writeFile(templateFile, emulatedTemplate(await readFile(templateFile, 'utf8')))
  await cdk(place, [
    'deploy',
    ...['--app', assembly],
    ...['--require-approval', 'never'],
    ...['--outputs-file', outputsFile],
    ...['--progress', 'events'],
  ])
  const outputs = Outputs.parse(JSON.parse(await readFile(outputsFile, 'utf8')))[stackOf(stage)]
  if (outputs === undefined) throw new Error(`The stack of ${stage} has no outputs.`)
  return outputs
}

/** Removes the stack of a stage. */
export async function destroy(place: Place, stage: string): Promise<void> {
  await cdk(place, [
    'destroy',
    '--force',
    '-c',
    `stage=${stage}`,
    '--output',
    join(place.folder, `${stage}-gone`),
  ])
}

/** The stack's name. */
export function stackOf(stage: string): string {
  return `OutgoingWebhooks-${stage}`
}

function cdk({ environment }: Place, args: readonly string[]): Promise<string> {
  return run(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...args], { environment, timeoutMs: 180_000 })
}
