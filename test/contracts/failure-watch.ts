import { describe, expect, it } from 'vitest'
import { hourMs } from '../../functions/domain/failing.ts'
import type { Notice } from '../../functions/domain/notice.ts'
import type { AttemptDelivery, DeliveryLog } from '../../functions/use-cases/attempt-delivery.ts'
import type { WebhookStore } from '../../functions/use-cases/manage-webhooks.ts'
import type { Notices } from '../../functions/use-cases/tell-notices.ts'
import type { AttemptHours } from '../../functions/use-cases/watch-failures.ts'
import { aDelivery, anAttempt, aWebhook, builtAt } from '../support/builders.ts'
import { type Open, perTest } from './harness.ts'

export interface FailureWatchPorts {
  readonly notices: Notices
  readonly attemptHours: AttemptHours
  readonly deliveries: DeliveryLog
  readonly webhooks: WebhookStore & AttemptDelivery['webhooks']
}

const gone: Notice = { kind: 'gone', webhookId: 'whk_1', at: builtAt }
const warning: Notice = {
  ...{ kind: 'failing', webhookId: 'whk_2', at: builtAt, since: builtAt - 9, failures: 3, percent: 50 },
  disableAfterMs: 5 * 24 * hourMs,
}

/** What every store does for the watch over failures: counts by the hour, and notices that stay until they are removed. */
export function failureWatchContract(name: string, open: Open<FailureWatchPorts>): void {
  const given = perTest(open)

  describe(`the notices of ${name}`, () => {
    it('are there until they are removed, each once', async () => {
      const { notices } = given()
      expect(await notices.list(10)).toEqual([])
      for (const notice of [gone, warning, { ...warning, percent: 100 } as const, gone])
        await notices.add(notice)
      expect(await notices.list(10)).toHaveLength(3)
      expect(await notices.list(10)).toEqual(expect.arrayContaining([gone, warning]))
      expect(await notices.list(2)).toHaveLength(2)
      await notices.remove(gone)
      await notices.remove(gone)
      expect(await notices.list(10)).not.toContainEqual(gone)
      expect(await notices.list(10)).toHaveLength(2)
    })

    it('have one of a webhook that a 410 turned off, under the time at which it did', async () => {
      const { notices, webhooks } = given()
      const webhook = aWebhook()
      await webhooks.create(webhook)
      await webhooks.disable(webhook.id, 'gone', builtAt + 5)
      const notice: Notice = { kind: 'gone', webhookId: webhook.id, at: builtAt + 5 }
      expect(await webhooks.get(webhook.id)).toMatchObject({ enabled: false, disabledAt: builtAt + 5 })
      expect(await notices.list(10)).toEqual([notice])
      await notices.remove(notice)
      expect(await notices.list(10)).toEqual([])
    })
  })

  describe(`the counts by the hour of ${name}`, () => {
    const hour = Math.floor(builtAt / hourMs) * hourMs
    const attempted = async (webhookId: string, hoursAgo: number, error: string | null) => {
      const delivery = aDelivery({
        webhookId,
        status: error === null ? 'delivered' : 'exhausted',
        attempts: 1,
      })
      const attempt = anAttempt({ sentAt: builtAt - hoursAgo * hourMs, error })
      await given().deliveries.record({ delivery, attempt, sweepAt: null })
    }

    it('come newest first, back to a time or to a success', async () => {
      const { attemptHours } = given()
      const [{ id }, other] = [aWebhook(), aWebhook()]
      expect(await attemptHours.newestFirst(id, 0)).toEqual([])
      for (const age of [0, 0, 2, 130, 400]) await attempted(id, age, 'It failed.')
      await attempted(other.id, 1, null)
      const failed = (age: number, errored = 1) => ({
        startsAt: hour - age * hourMs,
        total: errored,
        errored,
      })
      const all = [failed(0, 2), failed(2), failed(130), failed(400)]
      expect(await attemptHours.newestFirst(id, 0)).toEqual(all)
      expect(await attemptHours.newestFirst(id, builtAt - 130 * hourMs)).toEqual(all.slice(0, 3))
      await attempted(id, 2, null)
      const [first, second] = await attemptHours.newestFirst(id, 0)
      expect([first, second]).toEqual([failed(0, 2), { startsAt: hour - 2 * hourMs, total: 2, errored: 1 }])
    })

    it('come all, however many hours there are', async () => {
      const { attemptHours } = given()
      const { id } = aWebhook()
      const ages = Array.from({ length: 130 }, (_, nth) => nth)
      await Promise.all(ages.map((age) => attempted(id, age, 'It failed.')))
      const hours = await attemptHours.newestFirst(id, 0)
      expect(hours.map(({ startsAt }) => startsAt)).toEqual(ages.map((age) => hour - age * hourMs))
    })
  })
}
