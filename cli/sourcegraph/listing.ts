import * as z from 'zod'
import { words } from '../../functions/api/words.ts'
import { problemsOf } from '../webhook-file/entry.ts'
import type { FileProblem } from '../webhook-file/yaml-text.ts'

/** Asks a Sourcegraph instance for its outgoing webhooks. Its API shows everything of them but their secrets. */
export const listingQuery = `query OutgoingWebhooks {
  outboundWebhooks(first: 1000) {
    nodes {
      id
      url
      eventTypes {
        eventType
        scope
      }
    }
    totalCount
    pageInfo {
      hasNextPage
    }
  }
}
`

const ListedWebhook = z.looseObject({
  id: z.string(),
  url: z.string(),
  eventTypes: z.array(z.looseObject({ eventType: z.string(), scope: z.string().nullish() }).nullable()),
})
export type ListedWebhook = z.output<typeof ListedWebhook>

const Connection = z.looseObject({
  nodes: z.array(ListedWebhook),
  totalCount: z.int().optional(),
  pageInfo: z.looseObject({ hasNextPage: z.boolean().optional() }).optional(),
})
const Listed = z.looseObject({ outboundWebhooks: Connection })
const Answer = z.looseObject({ data: z.unknown() })
const Errors = z.looseObject({ errors: z.array(z.looseObject({ message: z.string() })).min(1) })

export interface Listing {
  readonly webhooks: readonly ListedWebhook[]
  /** Where they are in the answer. */
  readonly path: readonly PropertyKey[]
}

/** The webhooks of an answer of Sourcegraph's API, with or without its `data` around them. */
export function readListing(value: unknown): Listing | { readonly problems: readonly FileProblem[] } {
  const failed = Errors.safeParse(value)
  if (failed.success)
    return {
      problems: failed.data.errors.map(({ message }) => ({
        path: ['errors'],
        detail: `Sourcegraph refused the query: ${message}`,
      })),
    }
  const answer = Answer.safeParse(value)
  const wrapper = answer.success && answer.data.data !== undefined ? ['data'] : []
  const { data, error } = Listed.safeParse(wrapper.length > 0 ? answer.data?.data : value, { error: words })
  if (data === undefined) return { problems: problemsOf(error, wrapper) }
  const { nodes, totalCount = nodes.length, pageInfo } = data.outboundWebhooks
  if (nodes.length >= totalCount && pageInfo?.hasNextPage !== true)
    return { webhooks: nodes, path: [...wrapper, 'outboundWebhooks', 'nodes'] }
  const detail = `holds ${nodes.length} of ${Math.max(totalCount, nodes.length + 1)} webhooks: ask for all of them, as the query of --print-query does.`
  return { problems: [{ path: [...wrapper, 'outboundWebhooks'], detail }] }
}
