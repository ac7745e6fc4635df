import * as z from 'zod/mini'
import { Unavailable } from '../../domain/errors.ts'
import { parseSealed } from '../../domain/sealed.ts'
import type { Source } from '../../domain/source.ts'
import { isAbsentOrHas } from './expressions.ts'
import type { Table } from './table.ts'

const Item = z.pipe(
  z.object({
    sk: z.string(),
    name: z.string(),
    secret: z.pipe(z.string(), z.transform(parseSealed)),
    created_at: z.number(),
    last_event_at: z.optional(z.number()),
  }),
  z.transform(
    ({ sk: id, created_at: createdAt, last_event_at: lastEventAt, ...source }): Source => ({
      ...source,
      id,
      createdAt,
      lastEventAt: lastEventAt ?? null,
    }),
  ),
)

const pk = 'source'
const minuteMs = 60_000

/** Sources, all in one partition: there are few, and every event of theirs is held against each. */
export class DynamoSources {
  readonly #table: Table
  /** Minutes written by this process, by source, so that a busy source costs one write a minute. */
  readonly #noted = new Map<string, number>()

  constructor(table: Table) {
    this.#table = table
  }

  /** Newest first. As of now: Sourcegraph never repeats what was answered 401, so a new source must be seen at once. */
  async all(): Promise<readonly Source[]> {
    return (await this.#table.all({ pk, descending: true, consistent: true })).map((item) =>
      z.parse(Item, item),
    )
  }

  /** Newest first. */
  async list({ before, limit }: { before?: string | undefined; limit: number }): Promise<readonly Source[]> {
    const { items } = await this.#table.page({
      pk,
      startAfter: before,
      limit,
      descending: true,
      consistent: true,
    })
    return items.map((item) => z.parse(Item, item))
  }

  /** Rejects when there is another source with that id. */
  async create({ id, name, secret, createdAt }: Source): Promise<void> {
    const item = { pk, sk: id, name, secret, created_at: createdAt }
    const created = await this.#table.put(item, { condition: isAbsentOrHas('secret', secret) })
    if (created === undefined) throw new Error(`There is a source ${id} already.`)
  }

  /** False when there is no such source. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#table.delete({ pk, sk: id })
    return removed?.old !== undefined
  }

  /**
   * Takes down the minute of a source's last event, unless a later one is known. A table that takes no writes now
   * rejects no event for this: the next event tries again.
   */
  async noteEvent(sourceId: string, acceptedAt: number): Promise<void> {
    const minute = acceptedAt - (acceptedAt % minuteMs)
    const noted = this.#noted.get(sourceId)
    if (noted !== undefined && noted >= minute) return
    this.#noted.set(sourceId, minute)
    try {
      await this.#table.update(
        { pk, sk: sourceId },
        { set: { last_event_at: minute } },
        {
          condition: {
            text: 'attribute_exists(#pk) AND (attribute_not_exists(#last_event_at) OR #last_event_at < :minute)',
            values: { minute },
          },
        },
      )
    } catch (error) {
      this.#noted.delete(sourceId)
      if (!(error instanceof Unavailable)) throw error
    }
  }
}
