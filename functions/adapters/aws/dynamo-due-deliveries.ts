import type { Delivery } from '../../domain/delivery.ts'
import { readRows } from './delivery-rows.ts'
import { DueIndex } from './due-index.ts'
import { DynamoDeliveries } from './dynamo-deliveries.ts'
import type { LogStore } from './log-store.ts'
import type { Table } from './table.ts'

/** Deliveries as the sweep wants them: see SweepDeliveries. Apart, so that only the sweep loads what that takes. */
export class DynamoDueDeliveries extends DynamoDeliveries {
  readonly #index: DueIndex
  readonly #table: Table

  constructor(store: LogStore) {
    super(store)
    this.#index = new DueIndex(store)
    this.#table = store.table
  }

  /** As the audit wants it: see AuditEvents. */
  async recorded(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await readRows(this.#table, ids)).keys())
  }

  due(nowMs: number, limit: number): Promise<readonly Delivery[]> {
    return this.#index.due(nowMs, limit)
  }

  setSweepAt(id: string, at: number): Promise<void> {
    return this.#index.move(id, at)
  }
}
