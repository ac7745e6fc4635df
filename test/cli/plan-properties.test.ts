import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countsOf, makePlan } from '../../cli/plan/plan.ts'
import type { WebhookResource } from '../../cli/resources.ts'
import { readWebhookFile, webhookFile } from '../../cli/webhook-file/webhook-file.ts'
import { optionsWith, planned } from './support/planning.ts'
import { anyShownWebhook, serverAfter } from './support/webhooks.ts'

const fileOf = (webhooks: readonly WebhookResource[], ids: boolean) => {
  // Values that are to be kept are given as well, so that they can be set where there is none.
  const text = JSON.stringify(webhookFile(webhooks, { ids })).replaceAll(
    '{"keep":true}',
    '{"from_env":"TEAM"}',
  )
  const entries = readWebhookFile(JSON.parse(text))
  if ('problems' in entries) throw new Error(JSON.stringify(entries.problems))
  return entries
}

describe('any plan', () => {
  const some = fc.array(anyShownWebhook, { maxLength: 6 })

  it('of what was exported is empty', () => {
    fc.assert(
      fc.property(some, (webhooks) => {
        const entries = readWebhookFile(webhookFile(webhooks, { ids: true }))
        if ('problems' in entries) throw new Error('An export is a good file.')
        expect(planned(entries, webhooks, { prunes: true }).steps).toEqual([])
      }),
    )
  })

  it('is empty once it was carried out, also after a cut', () => {
    fc.assert(
      fc.property(some, some, fc.boolean(), fc.boolean(), fc.nat(6), (wanted, there, ids, prunes, cut) => {
        const entries = fileOf(wanted, ids)
        const plan = makePlan(entries, there, optionsWith({ prunes }))
        if ('problems' in plan) return
        const whole = serverAfter(plan, there)
        expect(planned(entries, whole, { prunes }).steps).toEqual([])

        const again = makePlan(entries, serverAfter(plan, there, cut), optionsWith({ prunes }))
        if ('problems' in again) return
        const finished = serverAfter(again, serverAfter(plan, there, cut))
        expect(finished).toHaveLength(whole.length)
        expect(planned(entries, finished, { prunes }).steps).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('on a fresh server is carried out to the end, whatever cuts it', () => {
    fc.assert(
      fc.property(some, fc.nat(6), (wanted, cut) => {
        const entries = fileOf(wanted, true)
        const plan = planned(entries, [])
        const partly = serverAfter(plan, [], cut)
        const rest = planned(entries, partly)
        expect(countsOf(rest)).toMatchObject({ to_create: wanted.length - partly.length, to_change: 0 })
      }),
    )
  })
})
