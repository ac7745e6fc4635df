import * as z from 'zod/mini'
import { withoutResponse } from '../../domain/delivery.ts'
import { Unavailable } from '../../domain/errors.ts'
import type { Erasure } from '../../use-cases/erase-event.ts'
import { toAttempt } from './attempt-row.ts'
import type { SqliteStore } from './store.ts'

const Place = z.object({ rowid: z.number() })
const Checkpoint = z.object({ busy: z.number() })

/**
 * Erases bytes for good: SQLite overwrites what is deleted (`secure_delete`, see database.ts), and at the end the
 * write-ahead log, in which they would stand for a while longer, is written into the database and emptied.
 */
export class SqliteErasure implements Erasure {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#statements = {
      begin: database.prepare(
        'insert or ignore into erasures (event_id, erased_at) select id, ? from events where id = ?',
      ),
      logged: database.prepare('select id from deliveries where id > ? and id < ?'),
      attempts: database.prepare(
        'select rowid, * from attempts where delivery_id = ? and response is not null',
      ),
      eraseResponse: database.prepare('update attempts set response = ? where rowid = ?'),
      // The length stays: it is what the log shows as the payload's.
      payload: database.prepare(
        'update events set payload = zeroblob(length(payload)), batch_changes = null where id = ?',
      ),
      fanOutMessages: database.prepare(
        "delete from messages where queue in ('fan-out', 'fan-out-dead-letters') and id = ?",
      ),
      deliveryMessages: database.prepare(
        "delete from messages where queue in ('delivery', 'delivery-dead-letters') and id > ? and id < ?",
      ),
      checkpoint: database.prepare('pragma wal_checkpoint(truncate)'),
    }
  }

  async begin(eventId: string, at: number): Promise<void> {
    await this.#store.commits.write(() => {
      this.#statements.begin.run(at, eventId)
      // Inside the transaction: nobody can read it between the two and keep it.
      this.#store.payloads?.forget(eventId)
    })
  }

  async logged(eventId: string): Promise<readonly string[]> {
    return this.#statements.logged.all(...deliveriesOf(eventId)).map(({ id }) => String(id))
  }

  /** What is logged from `begin` on has no response: see SqliteDeliveries. */
  async eraseResponses(deliveryId: string): Promise<void> {
    await this.#store.commits.write(() => {
      for (const row of this.#statements.attempts.all(deliveryId)) {
        const { response } = withoutResponse(toAttempt(row))
        this.#statements.eraseResponse.run(JSON.stringify(response), z.parse(Place, row).rowid)
      }
    })
  }

  /** Messages that are sent have no payload, but those of older versions do. @throws Unavailable while others read the file. */
  async removePayload(eventId: string): Promise<void> {
    await this.#store.commits.write(() => {
      this.#statements.payload.run(eventId)
      this.#statements.fanOutMessages.run(eventId)
      this.#statements.deliveryMessages.run(...deliveriesOf(eventId))
    })
    const checkpoint = await this.#store.commits.betweenCheckpoints(() => this.#statements.checkpoint.get())
    if (z.parse(Checkpoint, checkpoint).busy !== 0)
      throw new Unavailable(
        'The payload is erased from the database, and stands in its write-ahead log until who reads the file, such as a backup, is done. Send the same request again.',
      )
  }
}

/** Bounds, neither included, of the ids of an event's deliveries and of the messages of these. */
function deliveriesOf(eventId: string): [string, string] {
  const prefix = `dlv_${eventId.slice(4)}`
  return [prefix, `${prefix}~`]
}
