import { counted, shortTime, table } from './output.ts'
import type { QueueResource, TroubledWebhookResource } from './resources.ts'

/** What is wrong with a webhook, in a word or two. */
function wrongWith({ state, failed_attempts, disabled_reason }: TroubledWebhookResource): string {
  if (state === 'disabled') return `off: ${disabled_reason}`
  return failed_attempts === null ? state : `${state}: ${counted(failed_attempts, 'attempt')}`
}

export function troubledText(webhooks: readonly TroubledWebhookResource[]): string {
  if (webhooks.length === 0) return 'No webhook is in trouble.\n'
  return table(webhooks, [
    { title: 'ID', of: ({ id }) => id },
    { title: 'TROUBLE', of: wrongWith },
    { title: 'SINCE', of: ({ since }) => shortTime(since) },
    { title: 'WAITING', of: ({ waiting }) => `${waiting.deliveries}${waiting.is_all ? '' : '+'}` },
    { title: 'URL', of: ({ url }) => url },
    { title: 'LAST ERROR', of: ({ last_error }) => last_error?.message ?? null },
  ])
}

export function queuesText(queues: readonly QueueResource[]): string {
  return table(queues, [
    { title: 'QUEUE', of: ({ name }) => name },
    { title: 'DUE', of: ({ due }) => due },
    { title: 'OLDEST', of: ({ oldest_due_seconds: age }) => (age === null ? null : `${age} s`) },
    { title: 'DELAYED', of: ({ delayed }) => delayed },
    { title: 'DEAD LETTERS', of: ({ dead_letters }) => dead_letters },
  ])
}
