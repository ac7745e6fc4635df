import type { ReceivedRequest, TestReceiver } from './receiver.ts'

/** The first `count` requests that a receiver gets for an event, by their `webhook-id`, once they have come. */
export async function receivedFor(
  receiver: TestReceiver,
  eventId: string,
  count = 1,
): Promise<readonly ReceivedRequest[]> {
  for (;;) {
    const found = receiver.requests.filter(({ headers }) => headers['webhook-id'] === eventId)
    if (found.length >= count) return found.slice(0, count)
    await receiver.arrived(receiver.requests.length + 1)
  }
}
