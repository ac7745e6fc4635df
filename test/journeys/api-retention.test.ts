import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { openAwsBed } from '../faults/support/aws-bed.ts'
import type { Bed } from '../faults/support/bed.ts'
import { openEmbeddedBed } from '../faults/support/embedded-bed.ts'
import { addWebhooks, publish } from '../faults/support/run.ts'
import { everyAnswer, showing } from '../support/every-answer.ts'
import type { Answer } from '../support/receiver.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000

const answer: Answer = ({ path }, response) => {
  const canary = `canary-of-${path.slice(1)}`
  response.writeHead(path === '/0' ? 404 : 200, { 'x-canary': canary }).end(canary)
}

const Event = z.object({ deliveries: z.array(z.object({ id: z.string(), webhook_id: z.string() })) })
const Webhook = z.object({
  retention: z.string().nullable(),
  stats: z.object({ total: z.number(), errored: z.number() }),
})
const Refused = z.object({ errors: z.array(z.object({ field: z.string(), detail: z.string() })) })

describe.each([
  ['SQLite', openEmbeddedBed],
  ['AWS', openAwsBed],
] as const)('the retention of a webhook, on %s', { timeout: 120_000 }, (_, open) => {
  const run = async (work: (bed: Bed) => Promise<void>) => {
    const bed = await open({ answer, retrySchedule: '0s' })
    try {
      await work(bed)
    } finally {
      await bed.close()
    }
  }
  const webhookOf = async (bed: Bed, id: string) =>
    Webhook.parse((await bed.call('GET', `/webhooks/${id}`)).body)
  const patch = (bed: Bed, id: string, body: object) => bed.call('PATCH', `/webhooks/${id}`, body)

  it('hides what is older in every answer at once, for that webhook alone and for ever', () =>
    run(async (bed) => {
      const [short, long] = await addWebhooks(bed, 2)
      if (!short || !long) throw new Error('There are two.')
      const [eventId] = await publish(bed, 1)
      await bed.handleDue()
      const deliveriesOf = async () =>
        Event.parse((await bed.call('GET', `/events/${eventId}`)).body).deliveries
      const delivery = (await deliveriesOf()).find(({ webhook_id: id }) => id === short.id)
      const deliveries = [delivery?.id ?? '']
      await bed.advance(2 * dayMs)
      expect(showing(await everyAnswer(bed.call, { deliveries }), 'canary-of-0')).toHaveLength(1)

      expect((await patch(bed, short.id, { retention: '2d' })).status).toBe(200)
      // Counts are by the hour.
      await bed.advance(hourMs)
      const expectHidden = async () => {
        const answers = await everyAnswer(bed.call, { deliveries })
        expect(showing(answers, 'canary-of-0')).toEqual([])
        expect(showing(answers, 'canary-of-1')).toHaveLength(1)
        expect(showing(answers, deliveries[0] ?? '-')).toEqual([`/deliveries/${deliveries[0]}`])
        expect(answers.get(`/deliveries/${deliveries[0]}`)).toMatch(/^404 /)
        expect(await deliveriesOf()).toMatchObject([{ webhook_id: long.id }])
        expect((await webhookOf(bed, short.id)).stats).toEqual({ total: 0, errored: 0 })
        expect((await webhookOf(bed, long.id)).stats).toEqual({ total: 1, errored: 0 })
        expect((await bed.call('POST', `/deliveries/${deliveries[0]}/redeliver`)).status).toBe(404)
      }
      expect(await webhookOf(bed, short.id)).toMatchObject({ retention: '2d' })
      await expectHidden()
      for (const retention of ['20d', null]) {
        expect((await patch(bed, short.id, { retention })).body).toMatchObject({ retention })
        await expectHidden()
      }

      const [later] = await publish(bed, 1, { prefix: 'later' })
      await bed.handleDue()
      expect(showing(await everyAnswer(bed.call, {}), 'canary-of-0')).toHaveLength(1)
      expect(later).not.toBe(eventId)
    }))

  it('is at least a day and at most as long as that of the deployment', () =>
    run(async (bed) => {
      const [webhook] = await addWebhooks(bed, 1, () => ({ retention: '30d' }))
      expect(await webhookOf(bed, webhook?.id ?? '')).toMatchObject({ retention: '30d' })
      const refusals = {
        '31d': 'must be at most 30d: the deployment keeps nothing longer.',
        '23h': 'must be at least 1d.',
        soon: 'must be a duration such as 7d.',
      }
      for (const [retention, detail] of Object.entries(refusals)) {
        const creation = { url: bed.receiver.url, event_types: ['*'], retention }
        for (const reply of [
          await patch(bed, webhook?.id ?? '', { retention }),
          await bed.call('POST', '/webhooks', creation),
        ]) {
          expect(reply.status).toBe(422)
          expect(Refused.parse(reply.body).errors).toEqual([{ field: 'retention', detail }])
        }
      }
    }))
})
