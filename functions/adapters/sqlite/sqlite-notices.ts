import * as z from 'zod/mini'
import { type Notice, noticeId } from '../../domain/notice.ts'
import type { Notices } from '../../use-cases/tell-notices.ts'
import { NoticeState } from '../notice-state.ts'
import { jsonColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const Row = z.object({ notice: jsonColumn(NoticeState) })

/** What writes a notice within a transaction that is under way. */
export function putNotice({ database }: SqliteStore): (notice: Notice) => void {
  const put = database.prepare('insert or replace into notices (id, notice) values (?, ?)')
  return (notice) => put.run(noticeId(notice), JSON.stringify(notice))
}

export class SqliteNotices implements Notices {
  readonly #store: SqliteStore
  readonly #put: (notice: Notice) => void
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    this.#put = putNotice(store)
    this.#statements = {
      list: store.database.prepare('select notice from notices order by id limit ?'),
      remove: store.database.prepare('delete from notices where id = ?'),
    }
  }

  async add(notice: Notice): Promise<void> {
    await this.#store.commits.write(() => this.#put(notice))
  }

  async list(limit: number): Promise<readonly Notice[]> {
    return this.#statements.list.all(limit).map((row) => z.parse(Row, row).notice)
  }

  async remove(notice: Notice): Promise<void> {
    await this.#store.commits.write(() => this.#statements.remove.run(noticeId(notice)))
  }
}
