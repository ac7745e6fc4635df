import * as z from 'zod/mini'

/** What the host is told to have on the fan-out queue. */
export const Preparation = z.object({
  /** Of webhooks; events are for one group after the other, so that no webhook has a crowd in a batch. */
  groups: z.int(),
  /** Webhooks of a group, all of which want its events. */
  fanOut: z.int(),
  events: z.int(),
  /** How long the receiver takes. */
  answerMs: z.number(),
})
export type Preparation = z.infer<typeof Preparation>

/** Where the emulators are, and the functions' environment. */
export const Emulators = z.object({
  tables: z.string(),
  queues: z.string(),
  keys: z.string(),
  environment: z.record(z.string(), z.string()),
})
export type Emulators = z.infer<typeof Emulators>

/** What a batch took in its function, and how many deliveries it was to make; none for fan-out. */
const BatchTime = z.object({ deliveries: z.int(), wallMs: z.number(), cpuMs: z.number() })
export type BatchTime = z.infer<typeof BatchTime>
export const BatchTimes = z.object({ fanOut: z.array(BatchTime), deliver: z.array(BatchTime) })
export type BatchTimes = z.infer<typeof BatchTimes>
