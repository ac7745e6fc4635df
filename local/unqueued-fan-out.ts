import type { FanOutMessage, FanOutQueue, Outgoing } from '../functions/domain/messages.ts'
import { type FanOutEvents, fanOutEvents } from '../functions/use-cases/fan-out-events.ts'

type Message = Outgoing<FanOutMessage>

/** More deliveries than this, of all events of one request, would keep other requests waiting. */
const mostDeliveries = 200

/**
 * A fan-out queue that needs no queueing: an event whose webhooks are few is fanned out as it is accepted, which spares
 * writing a message, reading it and deleting it. The publisher is answered once all deliveries are queued; that the
 * event was fanned out is recorded a moment later, and where that fails the event is fanned out again.
 * @param queue takes the events of many webhooks, repeats, and whatever fails here.
 */
export function unqueuedFanOut(deps: FanOutEvents, queue: FanOutQueue): FanOutQueue {
  const fanOut = async (messages: readonly Message[]): Promise<readonly string[]> => {
    const queued = Promise.withResolvers<void>()
    const deliveryQueue: FanOutEvents['deliveryQueue'] = {
      send: async (deliveries) => {
        const refused = await deps.deliveryQueue.send(deliveries)
        // Without any, it is the record of the fan-out that makes the event durable.
        if (deliveries.length > 0) queued.resolve()
        return refused
      },
    }
    const tasks = messages.map(({ body }) => ({ message: body, seen: false }))
    const done = fanOutEvents({ ...deps, deliveryQueue }, tasks).then(
      (areDone) => queue.send(messages.filter((_, index) => areDone[index] !== true)),
      () => queue.send(messages),
    )
    // Should this fail too, the audit finds an event that was not fanned out.
    done.catch(() => {})
    return (await Promise.race([queued.promise, done])) ?? []
  }
  return {
    send: async (messages) => {
      const [few, many]: [Message[], Message[]] = [[], []]
      let deliveries = 0
      for (const message of messages) {
        const { body, notBefore } = message
        deliveries += (await deps.subscriptions.subscribedTo(body.event_type)).length
        const isFirst = notBefore === undefined && body.repeat !== true
        if (isFirst && deliveries <= mostDeliveries) few.push(message)
        else many.push(message)
      }
      const refused = await Promise.all([few.length === 0 ? [] : fanOut(few), queue.send(many)])
      return refused.flat()
    },
  }
}
