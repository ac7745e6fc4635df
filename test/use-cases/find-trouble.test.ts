import { describe, expect, it } from 'vitest'
import { untroubled } from '../../functions/domain/breaker.ts'
import { hourMs } from '../../functions/domain/failing.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { type FindTrouble, findTrouble } from '../../functions/use-cases/find-trouble.ts'
import type { DeliveryFilter } from '../../functions/use-cases/log-queries.ts'
import { aDelivery, aWebhook, builtAt } from '../support/builders.ts'

const hour = Math.floor(builtAt / hourMs) * hourMs

/** Webhooks, newest first, every `nth` of which fails; what is read of the others' logs is an error. */
function given(count: number, nth: number) {
  const webhooks = Array.from({ length: count }, (_, age) => aWebhook({ createdAt: builtAt - age }))
  const failing = webhooks.filter((_, at) => at % nth === nth - 1)
  const fails = new Set(failing.map(({ id }) => id))
  const asked: DeliveryFilter[] = []
  let looked = 0
  const deps: FindTrouble = {
    webhooks: {
      list: async ({ before, limit }) =>
        webhooks.filter(({ id }) => before === undefined || id < before).slice(0, limit),
    },
    breakers: { get: async () => untroubled },
    attemptHours: {
      newestFirst: async (id) => {
        looked++
        return [{ startsAt: hour, total: 4, errored: fails.has(id) ? 4 : 1 }]
      },
    },
    log: {
      ofWebhook: async (filter) => {
        asked.push(filter)
        return { items: [], next: undefined }
      },
    },
    now: () => builtAt,
  }
  return { deps, failing, asked, looked: () => looked }
}
const idsOf = (items: readonly { webhook: Webhook }[]) => items.map(({ webhook }) => webhook.id)

describe('findTrouble', () => {
  it.each([1, 7, 100])('finds each once, newest first, in pages of %d', async (limit) => {
    const { deps, failing } = given(250, 3)
    const found: string[] = []
    for (let before: string | undefined; ; ) {
      const page = await findTrouble(deps, { before, limit })
      expect(page.items.length).toBeLessThanOrEqual(limit)
      found.push(...idsOf(page.items))
      if (page.next === undefined) break
      before = page.next
    }
    expect(found).toEqual(failing.map(({ id }) => id))
  })

  it('looks at 100 webhooks for a page, and at the logs of none that is well', async () => {
    const { deps, failing, asked, looked } = given(250, 240)
    const first = await findTrouble(deps, { before: undefined, limit: 20 })
    expect({ ...first, looked: looked(), asked }).toMatchObject({ items: [], looked: 100, asked: [] })
    const second = await findTrouble(deps, { before: first.next, limit: 20 })
    const third = await findTrouble(deps, { before: second.next, limit: 20 })
    expect(idsOf(third.items)).toEqual(idsOf(failing.map((webhook) => ({ webhook }))))
    expect(third.next).toBeUndefined()
    expect(new Set(asked.map(({ webhookId }) => webhookId))).toEqual(new Set([failing[0]?.id]))
  })

  it('tells of the failure that came last, and how many deliveries wait', async () => {
    const { deps } = given(1, 1)
    const failed = [3, 9, 5].map((later) =>
      aDelivery({ errored: true, updatedAt: builtAt + later, lastError: `failure ${later}` }),
    )
    const recovered = aDelivery({ errored: true, updatedAt: builtAt + 99, lastError: null })
    const waiting = Array.from({ length: 100 }, () => aDelivery())
    const asked: DeliveryFilter[] = []
    const log = {
      ofWebhook: async (filter: DeliveryFilter) => {
        asked.push(filter)
        return filter.erroredOnly === true
          ? { items: [...failed, recovered], next: 'older' }
          : { items: waiting, next: 'more' }
      },
    }
    const { items } = await findTrouble({ ...deps, log }, { before: undefined, limit: 9 })
    expect(items).toMatchObject([
      { lastFailed: { lastError: 'failure 9' }, waiting: { count: 100, isAll: false } },
    ])
    // Not the whole log: what waits came since it began to fail, or shortly before.
    expect(asked[1]).toMatchObject({ statuses: ['pending', 'retrying'], from: hour - hourMs, limit: 100 })
  })
})
