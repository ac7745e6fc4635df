import * as z from 'zod'
import { type QueueLevel, queueNames } from '../../use-cases/queue-levels.ts'
import { Count } from './fields.ts'

const QueueName = z.enum(queueNames)

/** How much waits in a queue of the service. */
export const QueueResource = z
  .object({
    name: QueueName.meta({
      description: 'fan-out: events whose webhooks are to be found; delivery: deliveries to be sent',
    }),
    due: Count.meta({ description: 'Messages that wait to be taken', example: 12 }),
    delayed: Count.meta({ description: 'Messages whose time is to come', example: 3 }),
    dead_letters: Count.meta({
      description: "Messages that the service's own code could not handle, set aside for the operator",
      example: 0,
    }),
    oldest_due_seconds: z.number().min(0).nullable().meta({
      description:
        'How long the oldest of those that are due has waited; null on AWS, where CloudWatch knows it',
      example: 0.4,
    }),
  })
  .meta({ id: 'Queue' })

export function toQueueResource(level: QueueLevel): z.input<typeof QueueResource> {
  const { queue, due, delayed, deadLetters, oldestDueMs } = level
  return {
    name: QueueName.parse(queue),
    due,
    delayed,
    dead_letters: deadLetters,
    oldest_due_seconds: oldestDueMs === undefined ? null : oldestDueMs / 1_000,
  }
}
