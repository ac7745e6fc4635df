import * as z from 'zod/mini'

/** What the host is told to have on the queues. */
export const Preparation = z.object({
  webhooks: z.int(),
  /** Of events that all webhooks want. */
  wanted: z.int(),
  /** Of events that one webhook wants. */
  single: z.int(),
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

/** What a batch took in its function. */
const BatchTime = z.object({ messages: z.int(), wallMs: z.number(), cpuMs: z.number() })
export type BatchTime = z.infer<typeof BatchTime>
export const BatchTimes = z.object({ fanOut: z.array(BatchTime), deliver: z.array(BatchTime) })
export type BatchTimes = z.infer<typeof BatchTimes>
