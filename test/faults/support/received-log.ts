import type { ServerResponse } from 'node:http'
import { type Answer, type ReceivedRequest, startTestReceiver } from '../../support/receiver.ts'

/** A request that reached the receiver, and what it was answered at once; 0: nothing yet. */
export interface Receipt {
  readonly path: string
  readonly eventId: string
  readonly status: number
}

const ok: Answer = (_request, response) => response.end()

/** A receiver that keeps the second ledger: all that came to it, in order. */
export async function startReceiverLedger(answer: Answer = ok) {
  const receipts: Receipt[] = []
  const keep = (request: ReceivedRequest, response: ServerResponse, count: number) => {
    answer(request, response, count)
    const status = response.writableEnded ? response.statusCode : 0
    receipts.push({ path: request.path, eventId: String(request.headers['webhook-id']), status })
  }
  const receiver = await startTestReceiver(keep)
  return { url: receiver.url, receipts, close: receiver.close }
}

export type ReceiverLedger = Awaited<ReturnType<typeof startReceiverLedger>>
