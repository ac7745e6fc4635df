import type { ComponentType } from 'preact'
import { Sources } from './pages/access/sources.tsx'
import { Tokens } from './pages/access/tokens.tsx'
import { EventPage } from './pages/event.tsx'
import { Events } from './pages/events.tsx'
import { Health } from './pages/health/health.tsx'
import { Replays } from './pages/webhook/replays.tsx'
import { RotateSecret } from './pages/webhook/rotate-secret.tsx'
import { SendTest } from './pages/webhook/send-test.tsx'
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
  { pattern: '/webhooks/:id/secret', title: 'Change the secret', page: RotateSecret },
  { pattern: '/webhooks/:id/test', title: 'Send a test', page: SendTest },
  { pattern: '/webhooks/:id/replay', title: 'Replay', page: Replays },
  { pattern: '/events', title: 'Events', page: Events },
  { pattern: '/events/:id', title: 'Event', page: EventPage },
  { pattern: '/sources', title: 'Sources', page: Sources },
  { pattern: '/tokens', title: 'Tokens', page: Tokens },
  { pattern: '/health', title: 'Health', page: Health },
]

/** What the navigation leads to. */
export const sections: readonly { href: string; label: string; under: readonly string[] }[] = [
  { href: '#/webhooks', label: 'Webhooks', under: ['/webhooks'] },
  { href: '#/events', label: 'Events', under: ['/events'] },
  { href: '#/sources', label: 'Sources', under: ['/sources'] },
  { href: '#/tokens', label: 'Tokens', under: ['/tokens'] },
  { href: '#/health', label: 'Health', under: ['/health'] },
]
