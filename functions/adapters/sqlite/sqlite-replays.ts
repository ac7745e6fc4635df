import * as z from 'zod/mini'
import { firstReplayIdAt } from '../../domain/ids.ts'
import type { Replay } from '../../domain/replay.ts'
import type { ReplayStore } from '../../use-cases/replay-store.ts'
import { ReplayState } from '../replay-state.ts'
import { jsonColumn } from './json-column.ts'
import type { SqliteStore } from './store.ts'

const Row = z.pipe(
  z.object({ state: jsonColumn(ReplayState) }),
  z.transform(({ state }): Replay => state),
)

/** Replays. Who was at work on one when the process died is dead: there is one process. */
export class SqliteReplays implements ReplayStore {
  readonly #store: SqliteStore
  readonly #statements

  constructor(store: SqliteStore) {
    this.#store = store
    const { database } = store
    this.#statements = {
      get: database.prepare('select state from replays where id = ? and id >= ?'),
      runningOf: database.prepare("select id from replays where webhook_id = ? and status = 'running'"),
      insert: database.prepare(
        'insert into replays (id, webhook_id, status, version, state) values (?, ?, ?, ?, ?)',
      ),
      replace: database.prepare(
        'update replays set status = ?, version = ?, state = ? where id = ? and version = ?',
      ),
      running: database.prepare("select state from replays where status = 'running' order by id"),
      list: database.prepare(
        'select state from replays where webhook_id = ? and id >= ? and id < ? order by id desc limit ?',
      ),
    }
    database.exec(
      `update replays set state = json_set(state, '$.lease', json('null')) where status = 'running'`,
    )
  }

  async get(id: string): Promise<Replay | undefined> {
    const row = this.#statements.get.get(id, this.#oldest())
    return row && z.parse(Row, row)
  }

  create(replay: Replay): Promise<string | undefined> {
    const { id, webhookId, status, version } = replay
    return this.#store.commits.write(() => {
      const running = this.#statements.runningOf.get(webhookId)
      if (running !== undefined) return String(running.id)
      this.#statements.insert.run(id, webhookId, status, version, JSON.stringify(replay))
      return undefined
    })
  }

  async replace(replay: Replay): Promise<boolean> {
    const { id, status, version } = replay
    const { changes } = await this.#store.commits.write(() =>
      this.#statements.replace.run(status, version, JSON.stringify(replay), id, version - 1),
    )
    return changes > 0
  }

  async running(): Promise<readonly Replay[]> {
    return this.#statements.running.all().map((row) => z.parse(Row, row))
  }

  /** A webhook's, newest first. */
  async list({
    webhookId,
    before = 'rpl_~',
    limit,
  }: {
    webhookId: string
    before?: string | undefined
    limit: number
  }): Promise<readonly Replay[]> {
    return this.#statements.list.all(webhookId, this.#oldest(), before, limit).map((row) => z.parse(Row, row))
  }

  /** The least id of one that is shown. */
  #oldest(): string {
    const { now, retentionMs } = this.#store
    return firstReplayIdAt(now() - retentionMs)
  }
}
