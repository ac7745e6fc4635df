import { HttpSender } from '../../../functions/adapters/http/http-sender.ts'
import type { Received, SqliteQueue } from '../../../functions/adapters/sqlite/sqlite-queue.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import type { Queue } from '../../../functions/domain/messages.ts'
import { parseRetrySchedule } from '../../../functions/domain/retry-schedule.ts'
import { tokenHash, tokenScopes } from '../../../functions/domain/token.ts'
import { createGateway } from '../../../local/http-gateway.ts'
import { lambdaContext } from '../../../local/lambda-context.ts'
import { urlOf } from '../../../local/url-of.ts'
import { silent } from '../../contracts/emulator.ts'
import { ApiClient } from '../../support/api-client.ts'
import { aToken } from '../../support/builders.ts'
import { openTestEngine } from '../../support/engine.ts'
import { type BatchHandler, sqsEvent } from '../../support/sqs-batches.ts'
import { defaultMaxReceives, defaultSchedule, loopback, type OpenBed, type QueueName } from './bed.ts'
import { wireEmbedded } from './embedded-wiring.ts'
import { FaultInjector, type FunctionName } from './fault-injector.ts'
import { loggedIn } from './logged.ts'
import { startReceiverLedger } from './received-log.ts'

const batchSize = 10
const atOnce = 64
const token = 'operator-token-of-the-tests'

/** The embedded server's adapters over SQLite; faults can meet each call of a port. */
export const openEmbeddedBed: OpenBed = async ({
  answer,
  retrySchedule = defaultSchedule,
  deadlineMs = 5_000,
  resolve,
  maxReceives = defaultMaxReceives,
  queuesFanOut = true,
} = {}) => {
  const faults = new FaultInjector()
  const receiver = await startReceiverLedger(answer)
  const engine = await openTestEngine({
    defaultSchedule: parseRetrySchedule(retrySchedule.split(',')),
    maxReceives,
    // So few that some are read back.
    keptPayloadBytes: 50_000,
  })
  await engine.tokens.create(aToken({ hash: tokenHash(token), scopes: tokenScopes }))
  const sender = new HttpSender({ policy: loopback, deadlineMs, maxConnectionsPerOrigin: 1_000, resolve })
  const functions = wireEmbedded({ ...engine, sender, log: silent, queuesFanOut }, loopback, faults)
  const gateway = createGateway(functions, silent)
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const api = new ApiClient(urlOf(gateway.address(), '127.0.0.1'), token)
  const queues = { fanOut: engine.fanOutQueue, delivery: engine.deliveryQueue }
  const names = { fanOut: 'fan-out', delivery: 'delivery' }

  const handle = async (
    queue: SqliteQueue<never>,
    messages: readonly Received[],
    [name, handler]: [FunctionName, BatchHandler],
  ) => {
    const result = await faults
      .invoke(name, () => handler(sqsEvent(messages), lambdaContext(name)))
      .then((response) => {
        faults.acknowledge(name)
        return response
      })
      .catch(() => undefined)
    const failed = new Set(result?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    const isDone = ({ id }: Received) => result !== undefined && !failed.has(id)
    // As local/queue-poller.ts waits.
    const receives = Math.max(...messages.map(({ receiveCount }) => receiveCount))
    const retryAt = engine.now() + Math.min(1_000 * 2 ** (receives - 1), 60_000)
    await queue.finish(messages, { isDone, retryAt })
  }
  const handleAll = async (queue: SqliteQueue<never>, to: Parameters<typeof handle>[2]): Promise<number> => {
    const batches = (await queue.receive(atOnce)).flatMap((messages) =>
      Array.from({ length: Math.ceil(messages.length / batchSize) }, (_, nth) =>
        messages.slice(nth * batchSize, (nth + 1) * batchSize),
      ),
    )
    await Promise.all(batches.map((batch) => handle(queue, batch, to)))
    return batches.length
  }
  let put = 0
  const insert = engine.database.prepare(
    `insert into messages (queue, id, group_id, visible_at, receive_count, in_flight, sent_at, body) values (?, ?, 'put', ?, 0, 0, ?, ?)`,
  )
  /** What a queue does at its start: learns of all messages that are there. Sent again, a message keeps its text. */
  const tellQueues = async () => {
    const all: readonly (readonly [Queue<unknown>, string])[] = [
      [queues.fanOut, names.fanOut],
      [queues.delivery, names.delivery],
    ]
    for (const [queue, name] of all) {
      const rows = engine.database.prepare('select id, group_id from messages where queue = ?').all(name)
      await queue.send(
        rows.map(({ id, group_id }) => ({ id: String(id), group: String(group_id), body: '' })),
      )
    }
  }
  const count = (sql: string) => Number(engine.database.prepare(`select count(*) n from ${sql}`).get()?.n)
  return {
    engine: 'SQLite',
    faults,
    receiver,
    unavailable: () => new Unavailable('The disk is full.'),
    now: engine.now,
    advance: async (ms) => engine.advance(ms),
    call: (method, path, body) => api.call(method, path, body),
    handleDue: async (only) => {
      for (let found = 1; found > 0; ) {
        found = only === 'delivery' ? 0 : await handleAll(queues.fanOut, ['fanOut', functions.fanOut])
        if (only !== 'fanOut') found += await handleAll(queues.delivery, ['deliver', functions.deliver])
      }
    },
    sweep: () => faults.invoke('sweep', () => functions.sweep({}, lambdaContext('sweep'))).catch(() => {}),
    isBusy: async () =>
      count("messages where queue in ('fan-out', 'delivery')") > 0 ||
      count(
        "deliveries where status in ('pending', 'retrying') and webhook_id in (select id from webhooks)",
      ) > 0,
    deadLetters: async () => count("messages where queue like '%-dead-letters'"),
    redrive: async () => {
      // As docs/operations.md says.
      engine.database.exec(
        `update messages set queue = replace(queue, '-dead-letters', ''), receive_count = 0 where queue like '%-dead-letters'`,
      )
      await tellQueues()
    },
    put: async (queue, texts) => {
      for (const text of texts)
        insert.run(names[queue], `put-${String(put++).padStart(9, '0')}`, engine.now(), engine.now(), text)
      await tellQueues()
    },
    take: async (queue: QueueName, most: number) => {
      const rows = engine.database
        .prepare(
          'delete from messages where id in (select id from messages where queue = ? and in_flight = 0 limit ?) returning body',
        )
        .all(names[queue], Math.min(most, 1_000_000))
      return rows.map(({ body }) => String(body))
    },
    told: async () => [...engine.told],
    logOf: (eventId) => loggedIn(engine.deliveryLog, eventId),
    close: async () => {
      gateway.closeAllConnections()
      await new Promise((resolve) => gateway.close(resolve))
      sender.close()
      await engine.close()
      await receiver.close()
    },
  }
}
