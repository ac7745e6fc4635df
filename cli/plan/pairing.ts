import type { WebhookResource } from '../resources.ts'
import type { Entry } from '../webhook-file/entry.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'

export interface Pairing {
  /** The webhook that each entry, in the order of the file, stands for; undefined: there is none yet. */
  readonly webhooks: readonly (WebhookResource | undefined)[]
  /** Webhooks that no entry stands for. */
  readonly left: readonly WebhookResource[]
  readonly problems: readonly FileProblem[]
}

/**
 * Finds each entry's webhook: by its id if the server has it, else by its URL. Where several have that URL, entries are
 * paired with webhooks that are just as they say; if entries and webhooks both are left over, nobody can tell which is
 * which, and that is a problem.
 */
export function paired(
  entries: readonly Entry[],
  webhooks: readonly WebhookResource[],
  isAsItSays: (entry: Entry, webhook: WebhookResource) => boolean,
): Pairing {
  const found = new Map<Entry, WebhookResource>()
  const free = new Set(webhooks)
  const pair = (entry: Entry, webhook: WebhookResource | undefined) => {
    if (webhook === undefined) return
    found.set(entry, webhook)
    free.delete(webhook)
  }
  for (const entry of entries)
    pair(
      entry,
      webhooks.find(({ id }) => id === entry.id),
    )

  const problems: FileProblem[] = []
  const withoutId = entries.filter((entry) => !found.has(entry))
  for (const [url, alike] of Map.groupBy(withoutId, (entry) => entry.url)) {
    const there = () => [...free].filter((webhook) => webhook.url === url)
    if (alike.length === 1 && there().length === 1) pair(...onlyOnes(alike, there()))
    for (const entry of alike)
      if (!found.has(entry))
        pair(
          entry,
          there().find((webhook) => isAsItSays(entry, webhook)),
        )
    const unclear = there()
    if (unclear.length > 0)
      for (const { path } of alike.filter((entry) => !found.has(entry)))
        problems.push({
          path,
          detail: `could be any of ${unclear.map(({ id }) => id).join(', ')}, which have this URL: give the id of the one that is meant. If it is another one, create it first: webhooks create.`,
        })
  }
  return { webhooks: entries.map((entry) => found.get(entry)), left: [...free], problems }
}

function onlyOnes(
  [entry]: readonly Entry[],
  [webhook]: readonly WebhookResource[],
): [Entry, WebhookResource | undefined] {
  if (entry === undefined) throw new Error('A group has at least one entry.')
  return [entry, webhook]
}
