import * as z from 'zod/mini'
import { firstReplayIdAt, timeOfId } from '../../domain/ids.ts'
import type { Replay } from '../../domain/replay.ts'
import type { ReplayStore } from '../../use-cases/replay-store.ts'
import { ReplayState } from '../replay-state.ts'
import { sortKeyOf } from './delivery-rows.ts'
import { isAbsentOrHas } from './expressions.ts'
import { replayKey, replaysPartition, runningReplayKey, runningReplays } from './log-keys.ts'
import { expiresAt, type LogStore } from './log-store.ts'

const Item = z.pipe(
  z.object({ state: ReplayState }),
  z.transform(({ state }): Replay => state),
)
const Running = z.object({ sk: z.string(), replay_id: z.string() })

/** A replay that is written after its webhook was taken for it is there after this time, or never. */
const patienceMs = 60_000

/**
 * Replays. Each is an item of its own, with a mark under its webhook for the list. A webhook is taken for one before the
 * replay is written and given back after it is over: what dies in between leaves a webhook taken, which the next to ask
 * gives back.
 */
export class DynamoReplays implements ReplayStore {
  readonly #store: LogStore

  constructor(store: LogStore) {
    this.#store = store
  }

  async get(id: string): Promise<Replay | undefined> {
    if (id < this.#oldest()) return undefined
    const item = await this.#store.table.get(replayKey(id), { consistent: true })
    return item === undefined ? undefined : z.parse(Item, item)
  }

  async create(replay: Replay): Promise<string | undefined> {
    const { table } = this.#store
    const { id, webhookId } = replay
    const expires_at = this.#expiresAt(replay)
    const condition = isAbsentOrHas('replay_id', id)
    const taken = { ...runningReplayKey(webhookId), replay_id: id }
    while ((await table.put(taken, { condition })) === undefined) {
      const item = await table.get(runningReplayKey(webhookId), { consistent: true })
      if (item !== undefined && (await this.#runningIn(item)) !== undefined)
        return z.parse(Running, item).replay_id
    }
    await table.put({ pk: replaysPartition(webhookId), sk: id, expires_at })
    await table.put({ ...replayKey(id), version: replay.version, state: replay, expires_at })
    return undefined
  }

  async replace(replay: Replay): Promise<boolean> {
    const { id, webhookId, version, status } = replay
    const replaced = await this.#store.table.update(
      replayKey(id),
      { set: { version, state: replay, expires_at: this.#expiresAt(replay) } },
      { condition: { text: '#version = :expected', values: { expected: version - 1 } } },
    )
    if (replaced === undefined) return false
    if (status !== 'running') await this.#giveBack(webhookId, id)
    return true
  }

  async running(): Promise<readonly Replay[]> {
    const items = await this.#store.table.all({ pk: runningReplays, consistent: true })
    const replays = await Promise.all(items.map((item) => this.#runningIn(item)))
    return replays.filter((replay) => replay !== undefined && replay !== 'unwritten')
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
    const range = { from: this.#oldest(), to: before, startAfter: before, limit, consistent: true }
    const { items } = await this.#store.table.page({
      pk: replaysPartition(webhookId),
      ...range,
      descending: true,
    })
    const found = await this.#store.table.batchGet(
      items.map((item) => replayKey(sortKeyOf(item))),
      { consistent: true },
    )
    return found.map((item) => z.parse(Item, item)).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  }

  /** The replay that a webhook is taken for; when that is over or was never written, the webhook is given back. */
  async #runningIn(item: unknown): Promise<Replay | 'unwritten' | undefined> {
    const { sk: webhookId, replay_id: id } = z.parse(Running, item)
    const replay = await this.#store.table.get(replayKey(id), { consistent: true })
    if (replay === undefined && timeOfId(id) > this.#store.now() - patienceMs) return 'unwritten'
    const running = replay === undefined ? undefined : z.parse(Item, replay)
    if (running?.status === 'running') return running
    await this.#giveBack(webhookId, id)
    return undefined
  }

  async #giveBack(webhookId: string, id: string): Promise<void> {
    const condition = { text: '#replay_id = :id', values: { id } }
    await this.#store.table.delete(runningReplayKey(webhookId), { condition })
  }

  #expiresAt({ updatedAt }: Replay): number {
    return expiresAt(updatedAt + this.#store.retentionMs)
  }

  /** What no id of one that is shown sorts before. */
  #oldest(): string {
    return firstReplayIdAt(this.#store.now() - this.#store.retentionMs)
  }
}
