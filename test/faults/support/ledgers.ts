import type { Bed } from './bed.ts'

/** One webhook of a run, and where its requests come to. */
export interface RunWebhook {
  readonly id: string
  readonly path: string
}

/** What the three ledgers say when they are laid side by side: the publisher's, the receiver's and the log. */
export interface Comparison {
  readonly accepted: number
  /** Deliveries that every accepted event should have, one for each webhook. */
  readonly deliveries: number
  /** Of those, the ones without exactly one row, or whose row is not over (I1). */
  readonly lost: readonly string[]
  /** Of those, the ones whose row says delivered while no request was answered 2xx. */
  readonly untrue: readonly string[]
  /** Requests for events that nobody was told were accepted (I2). */
  readonly unaccepted: number
  /** Requests beyond the first that was answered 2xx, of one event to one webhook (I3: their `webhook-id` is one). */
  readonly duplicates: number
  /** Requests beyond the attempts that the log has (I4). */
  readonly unlogged: number
  readonly byStatus: Readonly<Record<string, number>>
}

/** Compares the ledgers of a run. `accepted`: the ids that the publisher was answered with. */
export async function compareLedgers(
  { receiver, logOf }: Pick<Bed, 'receiver' | 'logOf'>,
  {
    accepted,
    webhooks,
    wantedBy = () => webhooks,
  }: {
    accepted: readonly string[]
    webhooks: readonly RunWebhook[]
    /** Those of the webhooks that want an event; all when left out. */
    wantedBy?: ((eventId: string) => readonly RunWebhook[]) | undefined
  },
): Promise<Comparison> {
  const ids = [...new Set(accepted)]
  const known = new Set(ids)
  const receipts = Map.groupBy(receiver.receipts, ({ path, eventId }) => `${path} ${eventId}`)
  const lost: string[] = []
  const untrue: string[] = []
  const byStatus: Record<string, number> = {}
  let deliveries = 0
  let duplicates = 0
  let unlogged = 0
  for (const eventId of ids) {
    const rows = (await logOf(eventId)).filter(({ trigger }) => trigger === 'event')
    const wanting = wantedBy(eventId)
    deliveries += wanting.length
    for (const { id, path } of wanting) {
      const [row, second] = rows.filter(({ webhookId }) => webhookId === id)
      const requests = receipts.get(`${path} ${eventId}`) ?? []
      const successes = requests.filter(({ status }) => status >= 200 && status < 300).length
      const status = row?.status ?? 'missing'
      byStatus[status] = (byStatus[status] ?? 0) + 1
      const isOver = ['delivered', 'exhausted', 'cancelled'].includes(status)
      if (!isOver || second !== undefined) lost.push(`${eventId} ${path} ${status}`)
      if (status === 'delivered' && successes === 0) untrue.push(`${eventId} ${path}`)
      duplicates += Math.max(0, successes - 1)
      unlogged += Math.max(0, requests.length - (row?.attempts ?? 0))
    }
  }
  const unaccepted = receiver.receipts.filter(({ eventId }) => !known.has(eventId)).length
  return {
    ...{ accepted: ids.length, deliveries },
    ...{ lost, untrue, unaccepted, duplicates, unlogged, byStatus },
  }
}
