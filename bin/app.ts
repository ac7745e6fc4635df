import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { OutgoingWebhooksStack } from '../lib/outgoing-webhooks-stack.ts'
import { InvalidSettings, settingsOf } from '../lib/settings.ts'

// The stages of cdk.json deploy side by side; which one: `cdk deploy -c stage=production`.
try {
  const app = new App()
  const { stage, settings } = settingsOf(app.node)
  new OutgoingWebhooksStack(app, `OutgoingWebhooks-${stage}`, { settings })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  app.synth()
} catch (error) {
  if (!(error instanceof InvalidSettings)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
