import { describe, expect, it } from 'vitest'
import { DeliveryMessages } from '../../functions/domain/packed-deliveries.ts'
import { aDelivery, aDeliveryMessage } from '../support/builders.ts'

const messagesOf = (body: unknown) => {
  const { success, data } = DeliveryMessages.safeParse(body)
  return success ? data : undefined
}

describe('DeliveryMessages', () => {
  const shared = { event_type: 'batch_change:apply', payload: '{"a":1}' }

  it('has one message for one message, as it is', () => {
    const message = aDeliveryMessage(aDelivery(), { attempt: 3, deferrals: 2, paced: true, seen: true })
    expect(messagesOf(message)).toEqual([message])
  })

  it('has the first attempt of each delivery of a pack', () => {
    const ids = [aDelivery().id, aDelivery().id]
    expect(messagesOf({ delivery_ids: ids, ...shared })).toEqual(
      ids.map((id) => ({ delivery_id: id, ...shared, attempt: 1, trigger: 'event' })),
    )
  })

  it.each<[string, unknown]>([
    ['no delivery', { delivery_ids: [], ...shared }],
    ['eleven deliveries', { delivery_ids: Array.from({ length: 11 }, () => 'dlv_1'), ...shared }],
    ['more than it should', { delivery_ids: ['dlv_1'], ...shared, attempt: 2 }],
    [
      'one and many',
      { delivery_ids: ['dlv_1'], delivery_id: 'dlv_1', ...shared, attempt: 1, trigger: 'event' },
    ],
    ['no type', { delivery_ids: ['dlv_1'] }],
  ])('is not what has %s', (_, body) => {
    expect(messagesOf(body)).toBeUndefined()
  })
})
