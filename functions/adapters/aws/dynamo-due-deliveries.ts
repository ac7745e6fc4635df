import type { Delivery } from '../../domain/delivery.ts'
import { DueIndex } from './due-index.ts'
import { DynamoRecordedDeliveries } from './dynamo-recorded-deliveries.ts'
import type { LogStore } from './log-store.ts'

/** Deliveries as the sweep wants them: see SweepDeliveries. Apart, so that only the sweep loads what that takes. */
export class DynamoDueDeliveries extends DynamoRecordedDeliveries {
  readonly #index: DueIndex

  constructor(store: LogStore) {
    super(store)
    this.#index = new DueIndex(store)
  }

  due(nowMs: number, limit: number): Promise<readonly Delivery[]> {
    return this.#index.due(nowMs, limit)
  }

  setSweepAt(id: string, at: number): Promise<void> {
    return this.#index.move(id, at)
  }
}
