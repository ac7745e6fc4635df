import * as z from 'zod'
import type { Api } from '../api.ts'

const Source = z.looseObject({ id: z.string(), name: z.string(), last_event_at: z.string().nullable() })

/** What is left to do, once the receivers are here, for the instance's events to come here too. */
export async function nextSteps(
  api: Api,
  { ingestUrl, isConnected }: { ingestUrl: string; isConnected: boolean },
): Promise<string> {
  const sources = await api.list('/sources', Source)
  const ofIt = sources.map(({ id, name }) => `${id} ${name}`).join(', ')
  const steps = [
    sources.length === 0
      ? 'Create a source, and keep the secret that it shows: outgoing-webhooks sources create <name of the instance>'
      : `There is a source already: ${ofIt}. If it is another instance, create one: outgoing-webhooks sources create <name of the instance>`,
    isConnected
      ? `The instance has a webhook that posts to ${ingestUrl}. See that it has the source's secret and all event types.`
      : `In Sourcegraph, under Site admin > Configuration > Outgoing webhooks, create a webhook to ${ingestUrl}, or to the address under which the instance reaches that, with the source's secret and all event types.`,
    'Once "outgoing-webhooks sources list" shows an event of it, delete the webhooks there that were taken over. Until then receivers get events twice; in the other order they would miss some.',
  ]
  return ['Next:', ...steps.map((step, index) => `  ${index + 1}. ${step}`)].join('\n')
}
