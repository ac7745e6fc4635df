import { offNoticeId } from '../../domain/notice.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { ChangeCounts, KeptReads } from './kept-reads.ts'
import { noticeKey } from './notice-key.ts'
import type { Key, Table } from './table.ts'
import { parseWebhook } from './webhook-item.ts'

/** All webhooks lie in one partition: there are few, and they are listed in order. */
export const webhooksPartition = 'webhook'

function webhookKey(id: string): Key {
  return { pk: webhooksPartition, sk: id }
}

/** Webhooks by their id: all that a delivery needs of them. */
export class KnownWebhooks {
  readonly #table: Table
  readonly #counts: ChangeCounts
  readonly #webhooks: KeptReads<Webhook | undefined>

  /** @param counts to share their reads with others who ask for them at the same moment. */
  constructor(table: Table, now: () => number, counts = new ChangeCounts(table)) {
    this.#table = table
    this.#counts = counts
    this.#webhooks = new KeptReads(counts, { counted: 'changes', now, maxEntries: 10_000 })
  }

  get(id: string): Promise<Webhook | undefined> {
    return this.#webhooks.read(id, async () => {
      const item = await this.#table.get(webhookKey(id), { consistent: true })
      return item === undefined ? undefined : parseWebhook(item)
    })
  }

  async disable(id: string, reason: 'gone', nowMs: number): Promise<void> {
    const notice = { webhookId: id, at: nowMs, kind: reason }
    await this.#table.update(noticeKey(offNoticeId(id, nowMs)), { set: { notice } })
    const disabled = await this.#table.update(
      webhookKey(id),
      {
        set: { enabled: false, disabled_reason: reason, disabled_at: nowMs, updated_at: nowMs },
        add: { version: 1 },
      },
      { condition: { text: '#enabled = :on', values: { on: true } } },
    )
    await this.changed(disabled !== undefined)
  }

  /** Tells everyone of a change. One that was not made had a reason that was not known here: nothing is kept. */
  protected async changed(isMade = true): Promise<void> {
    this.#webhooks.forget()
    if (isMade) await this.#counts.raise('changes')
  }
}
