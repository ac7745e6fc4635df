import { writeFile } from 'node:fs/promises'
import { Usage } from '../errors.ts'
import { counted, jsonText } from '../output.ts'
import { WebhookResource } from '../resources.ts'
import type { CommandGroup } from '../session.ts'

const comment = `Webhooks, for "outgoing-webhooks apply". What is not here is as by default.
{keep: true} stands for what the server has and never shows; {from_env: NAME} names a variable that has it.`

/** `export`: all webhooks as a file that `apply` takes. */
export const exportCommand: CommandGroup = (program, open) => {
  program
    .command('export')
    .description('Write all webhooks as a file that apply takes: YAML, or JSON. Secrets are not in it.')
    .argument('[file]', 'where to; JSON when it ends in .json. Without it to standard output')
    .option('--no-ids', 'leave the ids out, for a file that is applied at several servers')
    .addHelpText(
      'after',
      `
Examples:
  $ outgoing-webhooks export webhooks.yaml
  $ outgoing-webhooks export --no-ids > webhooks.yaml`,
    )
    .action(async (path: string | undefined, options: { ids: boolean }, command) => {
      const session = open(command)
      const { webhookFile } = await import('../webhook-file/webhook-file.ts')
      const webhooks = await session.api.list('/webhooks', WebhookResource)
      const value = webhookFile(webhooks, options)
      const isJson = session.json || path?.endsWith('.json') === true
      const { yamlText } = await import('../webhook-file/yaml-text.ts')
      const text = isJson ? jsonText(value) : yamlText(value, comment)
      if (path === undefined || path === '-') return session.terminal.print(text)
      await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
        throw new Usage(`${path} cannot be written (${error.code}).`)
      })
      session.note(`${counted(webhooks.length, 'webhook')} written to ${path}.`)
    })
}
