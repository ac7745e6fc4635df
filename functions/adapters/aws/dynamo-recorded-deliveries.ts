import { readRows } from './delivery-rows.ts'
import { DynamoDeliveries } from './dynamo-deliveries.ts'
import type { LogStore } from './log-store.ts'

/** Deliveries as fan-out and the audit want them. Apart, because a delivery does not need it. */
export class DynamoRecordedDeliveries extends DynamoDeliveries {
  readonly #store: LogStore

  constructor(store: LogStore) {
    super(store)
    this.#store = store
  }

  /** Those of the deliveries that are in the log; may leave out what came into it within the last second. */
  async recorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await readRows(this.#store.table, ids)).keys())
  }
}
