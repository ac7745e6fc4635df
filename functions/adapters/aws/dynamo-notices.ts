import * as z from 'zod/mini'
import { type Notice, noticeId } from '../../domain/notice.ts'
import type { Notices } from '../../use-cases/tell-notices.ts'
import { NoticeState } from '../notice-state.ts'
import { noticeKey, noticesPartition } from './notice-key.ts'
import type { Table } from './table.ts'

const Item = z.object({ notice: NoticeState })

/** Notices beside the webhooks that they tell of. */
export class DynamoNotices implements Notices {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  async add(notice: Notice): Promise<void> {
    await this.#table.update(noticeKey(noticeId(notice)), { set: { notice } })
  }

  async list(limit: number): Promise<readonly Notice[]> {
    const { items } = await this.#table.page({ pk: noticesPartition, limit, consistent: true })
    return items.map((item) => z.parse(Item, item).notice)
  }

  async remove(notice: Notice): Promise<void> {
    await this.#table.delete(noticeKey(noticeId(notice)))
  }
}
