import * as z from 'zod/mini'

const version = z.number()
const since = z.number()

/** A breaker as stores keep it. */
export const BreakerState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed'), version }),
  z.object({
    kind: z.literal('open'),
    version,
    since,
    probeAt: z.number(),
    waitMs: z.number(),
    probe: z.nullable(z.object({ attemptId: z.string(), at: z.number() })),
  }),
  z.object({ kind: z.literal('slow'), version, since, perSecond: z.number() }),
])
