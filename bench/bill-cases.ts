import { randomBytes } from 'node:crypto'
import { jsonLogTo } from '../functions/adapters/json-log.ts'
import type { Outcome } from '../functions/domain/outcome.ts'
import { openAwsService } from '../test/support/aws-service.ts'
import { type Bill, countBill } from './bill-count.ts'

/** Who posts: a program with a token, so many events a request, or a Sourcegraph instance, which signs. */
export type Publisher = { readonly eventsPerRequest: number } | 'sourcegraph'

export interface BillCase {
  readonly fanOut: number
  readonly publisher: Publisher
  /** What is there already: other webhooks, and events that were delivered to all. Nothing when left out. */
  readonly beside?: { readonly webhooks: number; readonly events: number }
}

const sourceSecret = 'A1B2C3D4E5F6'
const type = 'changeset:publish'

/** 1 KB of JSON: half of it ids that nothing makes smaller, half names and words. */
function payload(): { readonly ids: string; readonly text: string } {
  return { ids: randomBytes(384).toString('base64'), text: 'word '.repeat(96).slice(0, 490) }
}

/** As receivers answer through a proxy. */
function answer(): Outcome {
  const headers = {
    date: new Date().toUTCString(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': '11',
    connection: 'keep-alive',
    server: 'cloudflare',
    'x-request-id': randomBytes(16).toString('hex'),
  }
  const body = Buffer.from('{"ok":true}')
  return { kind: 'response', response: { status: 200, headers, body, truncated: false } }
}

/**
 * The bill of `events` events that are delivered at the first attempt, counted from the calls that the deployed functions
 * make. A request goes before: what is read once for many events is not on the bill of the first.
 */
export async function billOfCase(
  { fanOut, publisher, beside = { webhooks: 0, events: 0 } }: BillCase,
  events: number,
): Promise<Bill> {
  // It stands still, so that nothing seems slow however busy this machine is.
  let nowMs = Date.now()
  let logBytes = 0
  const writeLine = (line: string) => {
    logBytes += Buffer.byteLength(line) + 1
  }
  const log = jsonLogTo(writeLine)
  let deliveries = 0
  const sender = {
    send: async (): Promise<Outcome> => {
      deliveries += 1
      return answer()
    },
  }
  const service = await openAwsService({ now: () => nowMs, log, writeLine, sender })
  try {
    const { api } = service
    await api.createSource(sourceSecret)
    const publish = api.as(await api.createToken(['publish']))
    for (let nth = 0; nth < fanOut; nth++)
      await api.createWebhook({ url: `http://127.0.0.1/hooks/${nth}`, event_types: [type] })
    for (let nth = 0; nth < beside.webhooks; nth++)
      await api.createWebhook({ url: `http://127.0.0.1/others/${nth}`, event_types: ['other:type'] })
    const perRequest = publisher === 'sourcegraph' ? 1 : publisher.eventsPerRequest
    const post = async () => {
      const reply =
        publisher === 'sourcegraph'
          ? await api.postAsSourcegraph(type, JSON.stringify(payload()), sourceSecret)
          : await publish.call(
              'POST',
              '/events',
              Array.from({ length: perRequest }, () => ({ type, payload: payload() })),
            )
      if (reply.status !== 202) throw new Error(`An event was refused: ${JSON.stringify(reply.body)}`)
    }
    const settle = () => {
      nowMs += 11 * 60_000
    }
    for (let nth = 0; nth <= beside.events / perRequest; nth++) await post()
    await service.drain()
    if (beside.events > 0) {
      settle()
      await service.sweep()
    }
    deliveries = 0
    logBytes = 0
    const bill = await countBill(service, { requests: events / perRequest, post, settle })
    return { ...bill, logBytes, deliveries }
  } finally {
    await service.close()
  }
}
