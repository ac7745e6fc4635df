import * as z from 'zod/mini'
import { replayKinds } from '../domain/replay.ts'

/** A replay as stores keep it. */
export const ReplayState = z.object({
  id: z.string(),
  webhookId: z.string(),
  include: z.enum(replayKinds),
  since: z.number(),
  until: z.number(),
  dryRun: z.boolean(),
  rate: z.number(),
  status: z.enum(['running', 'finished', 'cancelled']),
  reason: z.nullable(z.string()),
  examined: z.number(),
  matched: z.number(),
  queued: z.number(),
  skipped: z.number(),
  position: z.string(),
  pacedUntil: z.number(),
  lease: z.nullable(z.object({ holder: z.string(), until: z.number() })),
  version: z.number(),
  createdAt: z.number(),
  updatedAt: z.number(),
  finishedAt: z.nullable(z.number()),
})
