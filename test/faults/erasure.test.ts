import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { everyAnswer, showing } from '../support/every-answer.ts'
import type { Answer } from '../support/receiver.ts'
import { openAwsBed } from './support/aws-bed.ts'
import type { Bed } from './support/bed.ts'
import { openEmbeddedBed } from './support/embedded-bed.ts'
import { addWebhooks, settle } from './support/run.ts'

const inPayload = 'canary-in-the-payload'
const inAnswer = 'canary-in-the-answer'
const Id = z.object({ id: z.string() })
const Delivery = z.object({
  id: z.string(),
  status: z.string(),
  last_status: z.number().nullable(),
  erased_at: z.string().nullable(),
})
const Event = z.object({
  id: z.string(),
  payload: z.unknown(),
  payload_bytes: z.number(),
  erased_at: z.string().nullable(),
  deliveries: z.array(Delivery),
})
const Detail = Delivery.extend({
  request_body: z.string().nullable(),
  attempts: z.array(
    z.object({
      response: z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() }),
    }),
  ),
})

/** Repeats what it got, in its body and in a header. Odd paths fail. */
const echo: Answer = ({ path, body }, response) => {
  const text = `${inAnswer} ${/canary-[^"]*/.exec(body.toString())?.[0]}`
  response.writeHead(path === '/1' ? 404 : 200, { 'x-echo': text }).end(text)
}

const beds = [
  ['SQLite', openEmbeddedBed],
  ['AWS', openAwsBed],
] as const

describe.each(beds)('erasing a payload, on %s', { timeout: 300_000 }, (_, open) => {
  const run = async (work: (bed: Bed) => Promise<void>) => {
    const bed = await open({ answer: echo, retrySchedule: '0s,20m,20m' })
    try {
      await work(bed)
    } finally {
      await bed.close()
    }
  }
  const post = async (bed: Bed, key: string, more = '') => {
    const event = { type: 'a:b', payload: { text: `${inPayload}-${key}${more}` }, idempotency_key: key }
    return bed.call('POST', '/events', event)
  }
  const publish = async (bed: Bed, key: string, more = '') => Id.parse((await post(bed, key, more)).body).id
  const erase = (bed: Bed, id: string) => bed.call('DELETE', `/events/${id}/payload`)
  const eventOf = async (bed: Bed, id: string) => Event.parse((await bed.call('GET', `/events/${id}`)).body)
  const detailOf = async (bed: Bed, id: string) =>
    Detail.parse((await bed.call('GET', `/deliveries/${id}`)).body)
  const sentFor = (bed: Bed, id: string) =>
    bed.receiver.receipts.filter(({ eventId }) => eventId === id).length

  it('shows nothing of it in any answer any more, and everything of the others', () =>
    run(async (bed) => {
      await addWebhooks(bed, 2)
      const [event, other] = [await publish(bed, 'one'), await publish(bed, 'two', ' '.repeat(40_000))]
      await bed.handleDue()
      const delivered = (await eventOf(bed, event)).deliveries.find(({ status }) => status === 'delivered')
      expect((await bed.call('POST', `/deliveries/${delivered?.id}/redeliver`)).status).toBe(202)
      await bed.handleDue()
      const before = await everyAnswer(bed.call, {})
      expect(showing(before, `${inPayload}-one`)).toHaveLength(1 + 3)
      expect(showing(before, `${inAnswer} ${inPayload}-one`)).toHaveLength(3)
      const others = showing(before, `${inPayload}-two`)

      const first = await erase(bed, event)
      expect(first.status).toBe(200)
      expect(first.body).toMatchObject({
        id: event,
        payload_bytes: 36,
        erased_at: new Date(bed.now()).toISOString(),
      })
      await bed.advance(1_000)
      expect((await erase(bed, event)).body).toEqual(first.body)

      const after = await everyAnswer(bed.call, {})
      expect(showing(after, `${inPayload}-one`)).toEqual([])
      expect(showing(after, `${inPayload}-two`)).toEqual(others)
      const { payload, deliveries } = await eventOf(bed, event)
      expect(payload).toBeNull()
      const kept = deliveries.map(({ status, last_status: code }) => `${status} ${code}`)
      expect(kept.sort()).toEqual(['cancelled 404', 'delivered 200', 'delivered 200'])
      for (const { id, last_status: status } of deliveries) {
        const detail = await detailOf(bed, id)
        expect(detail.request_body).toBeNull()
        expect(detail.erased_at).not.toBeNull()
        expect(detail.attempts.map(({ response }) => response)).toEqual([{ status, headers: {}, body: '' }])
        expect((await bed.call('POST', `/deliveries/${id}/redeliver`)).status).toBe(409)
      }
      const sent = sentFor(bed, event)
      await settle(bed)
      expect(sentFor(bed, event)).toBe(sent)
      expect((await eventOf(bed, other)).erased_at).toBeNull()
      expect((await erase(bed, 'evt_00000000000000000000000000')).status).toBe(404)
    }))

  it('sends nothing of what waits, wherever it waits, not even to a webhook that comes later', () =>
    run(async (bed) => {
      await addWebhooks(bed, 2)
      const retrying = await publish(bed, 'retrying')
      await bed.handleDue()
      const onDelivery = await publish(bed, 'delivery')
      await bed.handleDue('fanOut')
      const onFanOut = await publish(bed, 'fan-out', ' '.repeat(40_000))
      const sent = [retrying, onDelivery, onFanOut].map((id) => sentFor(bed, id))
      expect(sent).toEqual([2, 0, 0])
      for (const id of [onFanOut, onDelivery, retrying]) expect((await erase(bed, id)).status).toBe(200)
      await addWebhooks(bed, 1)
      // As a dead letter that is put back days later.
      const payload = `{"text":"${inPayload}"}`
      await bed.put(
        'fanOut',
        [retrying, onDelivery, onFanOut].map((id) =>
          JSON.stringify({ event_id: id, event_type: 'a:b', payload }),
        ),
      )
      await settle(bed)
      expect([retrying, onDelivery, onFanOut].map((id) => sentFor(bed, id))).toEqual(sent)
      for (const id of [onFanOut, onDelivery]) {
        const { deliveries } = await eventOf(bed, id)
        expect(deliveries.map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
      }
      expect(await bed.deadLetters()).toBe(0)
    }))

  it('is not undone by a publisher that posts the event again', () =>
    run(async (bed) => {
      await addWebhooks(bed, 1)
      for (const isHandled of [false, true]) {
        const key = `again-${isHandled}`
        const id = await publish(bed, key)
        if (isHandled) await bed.handleDue()
        await erase(bed, id)
        const sent = sentFor(bed, id)
        const again = await post(bed, key)
        expect(again).toMatchObject({ status: 202, body: { id, duplicate: true } })
        await settle(bed)
        expect(sentFor(bed, id)).toBe(sent)
        expect((await eventOf(bed, id)).payload).toBeNull()
      }
    }))

  it('is complete when it is repeated, wherever it was killed', () =>
    run(async (bed) => {
      await addWebhooks(bed, 2)
      let points = 0
      const erased: string[] = []
      for (const isHandled of [false, true])
        for (const fate of ['before', 'after'] as const)
          for (let nth = 1; ; nth++) {
            const id = await publish(bed, `killed-${isHandled}-${fate}-${nth}`)
            if (isHandled) await bed.handleDue()
            bed.faults.decide = (call) => (call.function === 'admin' && call.nth === nth ? fate : 'pass')
            const { status } = await erase(bed, id)
            bed.faults.decide = () => 'pass'
            if (status === 200) break
            points += 1
            expect((await erase(bed, id)).status, `${fate} ${nth}`).toBe(200)
            erased.push(id)
            expect((await eventOf(bed, id)).payload).toBeNull()
          }
      expect(points).toBeGreaterThan(30)
      const sent = erased.map((id) => sentFor(bed, id))
      await settle(bed)
      expect(erased.map((id) => sentFor(bed, id))).toEqual(sent)
      expect(showing(await everyAnswer(bed.call, {}), `${inPayload}-killed-true-before-1"`)).toEqual([])
      for (const id of erased) {
        const { deliveries } = await eventOf(bed, id)
        expect(deliveries).toHaveLength(2)
        for (const delivery of deliveries) {
          expect(['cancelled', 'delivered']).toContain(delivery.status)
          const { attempts } = await detailOf(bed, delivery.id)
          expect(JSON.stringify(attempts)).not.toContain('canary')
        }
      }
    }))
})
