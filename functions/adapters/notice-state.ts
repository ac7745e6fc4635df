import * as z from 'zod/mini'

const shared = { webhookId: z.string(), at: z.number() }

/** A notice as stores keep it. */
export const NoticeState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gone'), ...shared }),
  z.object({
    kind: z.literal('failing'),
    ...shared,
    since: z.number(),
    failures: z.number(),
    percent: z.literal([50, 70, 90, 100]),
    disableAfterMs: z.number(),
  }),
])
