import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedDeliveryQueue } from '../../../functions/adapters/aws/packed-delivery-queue.ts'
import { parseDeliveryId } from '../../../functions/domain/ids.ts'
import { type DeliveryMessage, deliveryMessage, type Outgoing } from '../../../functions/domain/messages.ts'
import { DeliveryMessages } from '../../../functions/domain/packed-deliveries.ts'
import { aDelivery, aDeliveryMessage, anEvent, aWebhook, builtAt } from '../../support/builders.ts'

type Message = Outgoing<DeliveryMessage>

const event = anEvent().id
const webhooks = Array.from({ length: 25 }, () => aWebhook().id)

const messageTo = (
  webhookId: string,
  over: Partial<DeliveryMessage> = {},
  { eventId = event, notBefore }: { eventId?: string; notBefore?: number } = {},
): Message => {
  const delivery = aDelivery({ eventId, webhookId })
  return deliveryMessage(aDeliveryMessage(delivery, { payload: eventId, ...over }), { webhookId, notBefore })
}

/** What the queue behind is sent; it refuses those whose ids are given. */
async function sent(messages: readonly Message[], refuse: (nth: number) => boolean = () => false) {
  const behind: Outgoing<unknown>[] = []
  const queue = new PackedDeliveryQueue({
    send: async (all) => {
      behind.push(...all)
      return all.filter((_, nth) => refuse(nth)).map(({ id }) => id)
    },
  })
  return { behind, refused: await queue.send(messages) }
}

const opened = ({ body }: Outgoing<unknown>) => DeliveryMessages.parse(body)

describe('PackedDeliveryQueue', () => {
  it('sends the first attempts at an event together, ten at most', async () => {
    const { behind } = await sent(webhooks.map((id) => messageTo(id)))
    expect(behind.map((message) => opened(message).length).sort()).toEqual([10, 10, 5])
  })

  it('sends those of each event apart, in whatever order they come', async () => {
    const other = anEvent().id
    const ids = webhooks.slice(0, 3)
    const { behind } = await sent(ids.flatMap((id) => [messageTo(id), messageTo(id, {}, { eventId: other })]))
    expect(behind.map((message) => opened(message).map(({ payload }) => payload))).toEqual([
      [event, event, event],
      [other, other, other],
    ])
  })

  it.each<[string, Message]>([
    ['a retry', messageTo(aWebhook().id, { attempt: 2 })],
    ['a replay', messageTo(aWebhook().id, { trigger: 'replay' })],
    ['a test', messageTo(aWebhook().id, { trigger: 'test' })],
    ['what was put off', messageTo(aWebhook().id, { deferrals: 1 })],
    ['what has its place in a rate limit', messageTo(aWebhook().id, { paced: true })],
    ['what an admin asked for', messageTo(aWebhook().id, { by_hand: true })],
    ['what came before', messageTo(aWebhook().id, { seen: true })],
    ['what is due later', messageTo(aWebhook().id, {}, { notBefore: builtAt + 1_000 })],
    ['what has no delivery’s id', messageTo(aWebhook().id, { delivery_id: 'dlv_none' })],
  ])('sends %s as it is', async (_, alone) => {
    const { behind } = await sent([messageTo(webhooks[0] ?? ''), alone, messageTo(webhooks[1] ?? '')])
    expect(behind).toHaveLength(2)
    expect(behind).toContainEqual(alone)
  })

  it('sends an event’s only delivery as it is', async () => {
    const only = messageTo(aWebhook().id)
    expect((await sent([only])).behind).toEqual([only])
  })

  it('has packs for the same webhooks in one group, and others in others', async () => {
    const groupOf = async (ids: readonly string[], eventId: string) =>
      (await sent(ids.map((id) => messageTo(id, {}, { eventId })))).behind[0]?.group
    const [one, two, three] = webhooks
    if (one === undefined || two === undefined || three === undefined) throw new Error('There are 25.')
    const group = await groupOf([one, two], event)
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    expect(group).toMatch(/^[\w-]{1,128}$/)
    expect(await groupOf([two, one], anEvent().id)).toBe(group)
    expect(await groupOf([one, three], event)).not.toBe(group)
  })

  it('sends what is for the same webhooks together', async () => {
    const messages = [event, anEvent().id, anEvent().id].flatMap((eventId) =>
      webhooks.slice(0, 20).map((id) => messageTo(id, {}, { eventId })),
    )
    const groups = (await sent(messages)).behind.map(({ group }) => group)
    expect(groups).toEqual([0, 0, 0, 3, 3, 3].map((nth) => groups[nth]))
    expect(groups[0]).not.toBe(groups[3])
  })

  it('names all messages of a pack that was refused, and no other', async () => {
    const messages = webhooks.map((id) => messageTo(id))
    const { behind, refused } = await sent(messages, (nth) => nth === 1)
    expect(refused).toHaveLength(behind[1] === undefined ? 0 : opened(behind[1]).length)
    expect(refused.map((id) => id.replace('/1', ''))).toEqual(
      behind[1] && opened(behind[1]).map(({ delivery_id: id }) => id),
    )
  })

  it('loses nothing and changes nothing, whatever is sent', async () => {
    const events = [event, anEvent().id, anEvent().id]
    const anyMessage = fc
      .record({
        nth: fc.nat(24),
        eventId: fc.constantFrom(...events),
        attempt: fc.constantFrom(1, 1, 1, 2),
        deferrals: fc.constantFrom(undefined, undefined, 1),
        notBefore: fc.constantFrom(undefined, undefined, builtAt),
      })
      .map(({ nth, eventId, attempt, deferrals, notBefore }) =>
        messageTo(webhooks[nth] ?? '', { attempt, deferrals }, { eventId, ...(notBefore && { notBefore }) }),
      )
    await fc.assert(
      fc.asyncProperty(fc.array(anyMessage, { maxLength: 60 }), async (messages) => {
        const { behind } = await sent(messages)
        const texts = (all: readonly unknown[]) =>
          all.map((body) => JSON.stringify(body, Object.keys(Object(body)).sort())).sort()
        expect(texts(behind.flatMap(opened))).toEqual(texts(messages.map(({ body }) => body)))
        for (const message of behind) {
          const bodies = opened(message)
          expect(bodies.length).toBeLessThanOrEqual(10)
          expect(new Set(bodies.map(({ delivery_id: id }) => parseDeliveryId(id)?.eventId)).size).toBe(1)
        }
      }),
    )
  })
})
