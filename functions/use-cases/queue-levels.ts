/** The service's queues. */
export const queueNames = ['fan-out', 'delivery'] as const

/** How much waits in one queue, without what is in flight. */
export interface QueueLevel {
  readonly queue: string
  /** Messages that may be taken now. */
  readonly due: number
  /** Messages whose time is to come. */
  readonly delayed: number
  /** Messages that our own code could not handle. */
  readonly deadLetters: number
  /** How long the message that has been due longest has waited; 0 when none is due, undefined where the queue does not tell. */
  readonly oldestDueMs: number | undefined
}
