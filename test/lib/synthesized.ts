import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import * as z from 'zod'
import { OutgoingWebhooksStack } from '../../lib/outgoing-webhooks-stack.ts'
import { parseSettings } from '../../lib/settings.ts'

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
})
export type Resource = z.output<typeof Resource>

const context: Record<string, unknown> = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync('cdk.json', 'utf8'))).context

/** An app under the flags of cdk.json, writing to a folder of its own. `bundled`: with the functions' code, which takes seconds. */
export function anApp({ bundled = false } = {}): App {
  return new App({
    outdir: mkdtempSync(join(tmpdir(), 'cdk-')),
    context: {
      ...context,
      // So that the template says where the code is, as it does for the command line tool.
      'aws:cdk:enable-asset-metadata': true,
      ...(!bundled && { 'aws:cdk:bundling-stacks': [] }),
    },
  })
}

/** The stack of a stage in an app. */
export function aStack(
  settings: Record<string, unknown> = {},
  { app = anApp(), stage = 'test' } = {},
): OutgoingWebhooksStack {
  return new OutgoingWebhooksStack(app, `OutgoingWebhooks-${stage}`, { settings: parseSettings(settings) })
}

/** A template's resources, by logical id. */
export function resourcesOf(stack: OutgoingWebhooksStack, type?: string): Record<string, Resource> {
  const all = z.record(z.string(), Resource).parse(Template.fromStack(stack).toJSON().Resources)
  return Object.fromEntries(
    Object.entries(all).filter(([, resource]) => type === undefined || resource.Type === type),
  )
}

/** The logical id that a `Ref` or `Fn::GetAtt` points to. */
export function targetOf(reference: unknown): string | undefined {
  const { success, data } = z
    .union([
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
      z.object({ 'Fn::GetAtt': z.tuple([z.string()], z.string()) }).transform((at) => at['Fn::GetAtt'][0]),
    ])
    .safeParse(reference)
  return success ? data : undefined
}
