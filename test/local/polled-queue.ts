import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { SqliteQueue } from '../../functions/adapters/sqlite/sqlite-queue.ts'
import { QueuePoller } from '../../local/queue-poller.ts'
import { openTestEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

export const allDone: SQSBatchResponse = { batchItemFailures: [] }

/** What was sent, of each message of a batch. */
export function bodiesOf(batch: SQSEvent): string[] {
  return batch.Records.map(({ body }) => z.string().parse(JSON.parse(body)))
}

/** The real queue, which tells how often it was asked, and answers only when a test lets it. */
class CountedQueue extends SqliteQueue<string> {
  receives = 0
  held: Promise<void> | undefined
  override async receive(limit: number) {
    this.receives++
    const received = await super.receive(limit)
    await this.held
    return received
  }
}

/** A queue over a new folder, and pollers on it. `now`: a clock in the place of the one that stands still. */
export async function openPolledQueue(now?: () => number) {
  const engine = await openTestEngine(now === undefined ? {} : { now })
  const queue = new CountedQueue(engine.store, { name: 'delivery', maxReceives: 20, maxInFlightPerGroup: 64 })
  const pollers: QueuePoller[] = []
  return {
    ...engine,
    queue,
    poll: (
      handler: (batch: SQSEvent) => Promise<SQSBatchResponse>,
      { batchSize = 10, maxInFlight = 1_000 } = {},
    ): QueuePoller => {
      const { log, now } = engine
      const poller = new QueuePoller(queue, handler, { batchSize, maxInFlight, log, now })
      pollers.push(poller)
      poller.start()
      return poller
    },
    /** Sends messages of one group; the nth, from 0, has the id and the body `<group><n>`. */
    send: (count: number, group = 'g', notBefore?: number) =>
      queue.send(
        Array.from({ length: count }, (_, n) => ({
          id: `${group}${n}`,
          body: `${group}${n}`,
          group,
          notBefore,
        })),
      ),
    waiting: () => engine.messages('delivery'),
    isEmpty: () => until(() => engine.messages('delivery').length === 0, { what: 'an empty queue' }),
    close: async () => {
      await Promise.all(pollers.map((poller) => poller.stop()))
      await engine.close()
    },
  }
}
