import * as z from 'zod/mini'

const numbers = z.instanceof(Float64Array)

/** Ways to send a webhook's request: the delivery engine, and what it is held against. */
export const variants = ['engine', 'node:https', 'fetch'] as const
export type Variant = (typeof variants)[number]

/** What a sender is told: to send so many requests, to all urls by turns. */
export const Orders = z.object({
  urls: z.array(z.string()),
  requests: z.int(),
  /** Requests under way at a time. */
  atOnce: z.int(),
  /** Requests that are not answered within this are given up. */
  deadlineMs: z.int(),
})
export type Orders = z.infer<typeof Orders>

/** What became of them. */
export const SenderReport = z.object({
  cpuSeconds: z.number(),
  wallSeconds: z.number(),
  /** For each request, in the order of the urls, when its answer was there, in milliseconds from the beginning; NaN: given up. */
  answeredAtMs: numbers,
})
export type SenderReport = z.infer<typeof SenderReport>

/**
 * What the sink is asked: to listen as so many hosts, each with a certificate of its own; what it has taken so far; to
 * close all connections and forget all TLS sessions; to leave the requests of the first host unanswered, or not.
 */
export const SinkCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listen'), hosts: z.int() }),
  z.object({ kind: z.literal('usage') }),
  z.object({ kind: z.literal('forget') }),
  z.object({ kind: z.literal('hang'), first: z.boolean() }),
])
export type SinkCommand = z.infer<typeof SinkCommand>

export const SinkAddresses = z.object({ urls: z.array(z.string()), authority: z.string() })
export const SinkUsage = z.object({ requests: z.int(), connections: z.int(), cpuSeconds: z.number() })
export type SinkUsage = z.infer<typeof SinkUsage>
