import { WebhookResource } from './resources.ts'
import type { Session } from './session.ts'

/**
 * A webhook that somebody confirmed something about. With its ETag, so that what is done is refused if it was changed since.
 * @throws Refused when there is none, Failed when it was not confirmed.
 */
export async function confirmedWebhook(
  session: Session,
  id: string,
  { question, yes }: { question: (webhook: WebhookResource) => string; yes?: boolean },
): Promise<{ readonly webhook: WebhookResource; readonly etag: string | undefined }> {
  const { body, etag } = await session.api.call('GET', `/webhooks/${encodeURIComponent(id)}`)
  const webhook = WebhookResource.parse(body)
  await session.confirm(question(webhook), { yes })
  return { webhook, etag }
}
