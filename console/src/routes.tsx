import type { ComponentType } from 'preact'
import { WebhookCreate } from './pages/webhook-create.tsx'
import { WebhookEdit } from './pages/webhook-edit.tsx'
import { WebhookList } from './pages/webhook-list.tsx'
import { WebhookLog } from './pages/webhook-log.tsx'

export interface PageProps {
  /** What the path has for the `:names` of the pattern. */
  readonly values: Readonly<Record<string, string>>
}

export interface Route {
  readonly pattern: string
  readonly title: string
  readonly page: ComponentType<PageProps>
}

/** Every page of the console. The first pattern that fits is shown. */
export const routes: readonly Route[] = [
  { pattern: '/webhooks', title: 'Webhooks', page: WebhookList },
  { pattern: '/webhooks/new', title: 'Create a webhook', page: WebhookCreate },
  { pattern: '/webhooks/:id', title: 'Log', page: WebhookLog },
  { pattern: '/webhooks/:id/edit', title: 'Edit webhook', page: WebhookEdit },
]

/** What the navigation leads to. */
export const sections: readonly { href: string; label: string; under: readonly string[] }[] = [
  { href: '#/webhooks', label: 'Webhooks', under: ['/webhooks', '/deliveries'] },
]
