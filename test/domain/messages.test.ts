import { describe, expect, it } from 'vitest'
import { deliveryMessage, inlinePayload } from '../../functions/domain/messages.ts'
import { aDelivery, aDeliveryMessage } from '../support/builders.ts'

describe('deliveryMessage', () => {
  it('has the same id for the same attempt of the same delivery, and its webhook for a group', () => {
    const delivery = aDelivery({ attempts: 2 })
    const { webhookId } = delivery
    const message = deliveryMessage(aDeliveryMessage(delivery), { webhookId, notBefore: 5 })
    expect(message).toMatchObject({ id: `${delivery.id}/3`, group: webhookId, notBefore: 5 })
    const again = deliveryMessage(aDeliveryMessage(delivery, { payload: undefined }), { webhookId })
    expect(again.id).toBe(message.id)
  })

  it('has another id each time that the attempt is put off', () => {
    const delivery = aDelivery()
    const putOff = [undefined, 1, 2].map((deferrals) => aDeliveryMessage(delivery, { deferrals }))
    const ids = putOff.map((body) => deliveryMessage(body, { webhookId: delivery.webhookId }).id)
    expect(ids).toEqual([`${delivery.id}/1`, `${delivery.id}/1/1`, `${delivery.id}/1/2`])
  })
})

describe('inlinePayload', () => {
  it.each([
    [32 * 1024, true],
    [32 * 1024 + 1, false],
  ])('of %d bytes travels in the message: %s', (size, travels) => {
    const text = inlinePayload(Buffer.alloc(size, 'a'))
    expect(text?.length).toBe(travels ? size : undefined)
  })

  it('counts bytes, not characters', () => {
    expect(inlinePayload(Buffer.from('é'.repeat(16 * 1024)))).toHaveLength(16 * 1024)
    expect(inlinePayload(Buffer.from('é'.repeat(16 * 1024 + 1)))).toBeUndefined()
  })
})
