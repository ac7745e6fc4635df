import * as z from 'zod'
import { ReceiverAuthResource } from '../../functions/api/schemas/receiver-auth.ts'
import { words } from '../../functions/api/words.ts'
import type { WebhookResource } from '../resources.ts'
import { type Entry, hiddenPart, problemsOf, readEntry } from './entry.ts'
import { meanTheSame, settingNames, shownSetting } from './settings.ts'
import type { FileProblem } from './yaml-text.ts'

/** The one form of the file that there is so far. */
export const fileVersion = 1

const File = z.strictObject({
  version: z.literal(fileVersion, {
    error: `must be ${fileVersion}, the form of file that this version reads.`,
  }),
  webhooks: z.array(z.unknown()),
})

/** All webhooks of a file's value, or everything that is wrong with it. */
export function readWebhookFile(value: unknown): readonly Entry[] | { readonly problems: FileProblem[] } {
  const file = File.safeParse(value, { error: words })
  const webhooks = z.object({ webhooks: z.array(z.unknown()) }).safeParse(value).data?.webhooks ?? []
  const read = webhooks.map((raw, index) => readEntry(raw, ['webhooks', index]))
  const entries = read.filter((one): one is Entry => 'settings' in one)
  const problems = [
    ...problemsOf(file.error, []),
    ...read.flatMap((one) => ('settings' in one ? [] : one)),
    ...entries.flatMap(({ id, path }, index) =>
      id !== undefined && entries.findIndex((other) => other.id === id) < index
        ? [{ path: [...path, 'id'], detail: `${id} is in this file already: one webhook has one entry.` }]
        : [],
    ),
  ]
  return problems.length === 0 ? entries : { problems }
}

/** The value of a file of these webhooks, oldest first: what is as by default is left out, what is never shown is kept. */
export function webhookFile(webhooks: readonly WebhookResource[], { ids }: { ids: boolean }): unknown {
  const oldestFirst = webhooks.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  return { version: fileVersion, webhooks: oldestFirst.map((webhook) => entryOf(webhook, ids)) }
}

function entryOf(webhook: WebhookResource, withId: boolean): Record<string, unknown> {
  const settings = settingNames
    .filter((name) => !meanTheSame(name, shownSetting(webhook, name), undefined))
    .map((name) => [name, shownSetting(webhook, name)])
  const auth = shownAuth(webhook)
  return {
    ...(withId ? { id: webhook.id } : {}),
    ...Object.fromEntries(settings),
    ...(webhook.header_names.length === 0
      ? {}
      : { headers: Object.fromEntries(webhook.header_names.map((name) => [name, { keep: true }])) }),
    ...(auth === null ? {} : { auth: { ...auth, [hiddenPart[auth.type]]: { keep: true } } }),
    secret: { keep: true },
  }
}

/** What the server shows of how the webhook authenticates; null also from one that does not know of that. */
export function shownAuth(webhook: WebhookResource): z.output<typeof ReceiverAuthResource> | null {
  return ReceiverAuthResource.nullish().parse(webhook.auth) ?? null
}
