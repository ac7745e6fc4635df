import * as z from 'zod/mini'
import type { Table } from './table.ts'

const Item = z.object({ event_id: z.string() })

/** How far some pass over the events has come, by the id of the last one. */
export class DynamoPosition {
  readonly #table: Table
  readonly #key: { readonly pk: string; readonly sk: string }

  constructor(table: Table, name: string) {
    this.#table = table
    this.#key = { pk: 'position', sk: name }
  }

  /** Undefined before the first move. */
  async read(): Promise<string | undefined> {
    const item = await this.#table.get(this.#key, { consistent: true })
    return item === undefined ? undefined : z.parse(Item, item).event_id
  }

  async moveTo(eventId: string): Promise<void> {
    await this.#table.update(this.#key, { set: { event_id: eventId } })
  }
}
