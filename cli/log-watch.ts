import type { Api } from './api.ts'
import { Refused } from './errors.ts'
import { DeliveryDetail, DeliveryResource } from './resources.ts'

// How far below the newest delivery a look reaches, and the most pages of a hundred that it reads for it.
const reachMs = 5 * 60_000
const mostPages = 10
const mostSingleReads = 20
const mostKnown = 20_000
// Writers' clocks may differ by this much.
const skewMs = 5_000

/**
 * Watches a webhook's log: each look finds what is new or has changed since the last one, among the newest deliveries
 * and, however old, those that are being retried. It goes by the log's own times, never by the clock here.
 */
export class LogWatch {
  readonly #api: Api
  readonly #path: string
  readonly #since: string | undefined
  readonly #known = new Map<string, DeliveryResource>()
  readonly #underWay = new Set<string>()
  /** What changed later than this is news; undefined until the first look. */
  #newsAfter: string | undefined

  /** `since`: the first look shows those created at this time or later; without it none. RFC 3339. */
  constructor(api: Api, webhookId: string, since: string | undefined) {
    this.#api = api
    this.#path = `/webhooks/${encodeURIComponent(webhookId)}/deliveries`
    this.#since = since
  }

  /** What is new or has changed, in the order in which it changed. A look that fails is made good by the next. */
  async look(): Promise<readonly DeliveryResource[]> {
    const recent = await this.#recent()
    const retrying = await this.#api.list(this.#path, DeliveryResource, {
      query: { status: 'retrying' },
      limit: 100,
    })
    const seen = new Map([...recent, ...retrying].map((delivery) => [delivery.id, delivery]))
    const gone = [...this.#underWay].filter((id) => !seen.has(id)).slice(0, mostSingleReads)
    for (const delivery of await Promise.all(gone.map((id) => this.#one(id)))) {
      if (delivery !== undefined) seen.set(delivery.id, delivery)
    }
    for (const id of gone) this.#underWay.delete(id)
    return this.#newsOf([...seen.values()])
  }

  #newsOf(seen: readonly DeliveryResource[]): readonly DeliveryResource[] {
    const inOrder = seen.toSorted((one, other) => one.updated_at.localeCompare(other.updated_at))
    const newsAfter = this.#newsAfter ?? latestOf(inOrder)
    const isFirst = this.#newsAfter === undefined
    this.#newsAfter = newsAfter
    const news = inOrder.filter((delivery) => {
      if (!hasChanged(this.#known.get(delivery.id), delivery)) return false
      if (this.#known.has(delivery.id)) return true
      if (this.#since !== undefined && delivery.created_at >= this.#since) return true
      return !isFirst && delivery.updated_at > newsAfter
    })
    for (const delivery of inOrder) this.#remember(delivery)
    return news
  }

  async #recent(): Promise<DeliveryResource[]> {
    const query = this.#newsAfter === undefined && this.#since !== undefined ? { from: this.#since } : {}
    const found: DeliveryResource[] = []
    let pages = 0
    for await (const page of this.#api.pages(this.#path, DeliveryResource, query)) {
      found.push(...page)
      const isKnown = page.length > 0 && page.every((each) => !hasChanged(this.#known.get(each.id), each))
      const [newest, oldest] = [found[0]?.created_at, page.at(-1)?.created_at]
      const isFarEnough =
        query.from === undefined &&
        newest !== undefined &&
        oldest !== undefined &&
        Date.parse(oldest) < Date.parse(newest) - reachMs
      if (isKnown || isFarEnough || ++pages === mostPages) break
    }
    return found
  }

  async #one(id: string): Promise<DeliveryResource | undefined> {
    try {
      return await this.#api.get(`/deliveries/${id}`, DeliveryDetail)
    } catch (error) {
      // Its webhook is deleted, or it has expired.
      if (error instanceof Refused && error.status === 404) return undefined
      throw error
    }
  }

  #remember(delivery: DeliveryResource): void {
    const { id, status } = delivery
    // Set anew, so that the map's order is that of the last sight.
    this.#known.delete(id)
    this.#known.set(id, delivery)
    if (status === 'retrying' || status === 'pending') this.#underWay.add(id)
    else this.#underWay.delete(id)
    for (const [oldest] of this.#known) {
      if (this.#known.size <= mostKnown) break
      this.#known.delete(oldest)
      this.#underWay.delete(oldest)
    }
  }
}

function latestOf(inOrder: readonly DeliveryResource[]): string {
  const latest = inOrder.at(-1)
  return latest === undefined ? '' : new Date(Date.parse(latest.updated_at) - skewMs).toISOString()
}

function hasChanged(before: DeliveryResource | undefined, now: DeliveryResource): boolean {
  return before === undefined || before.status !== now.status || before.attempt_count !== now.attempt_count
}
