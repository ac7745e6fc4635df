import * as z from 'zod/mini'
import { firstEventIdAt } from '../functions/domain/ids.ts'
import { busiestWebhook, rareType, seededSpanMs } from './log-seed.ts'
import { summarise } from './statistics.ts'

const log = `/webhooks/${busiestWebhook}/deliveries`
const Page = z.object({ data: z.array(z.object({ id: z.string(), event_id: z.optional(z.string()) })) })

/** A page of the log somewhere within the time that it reaches back. */
const anyTime = () => Math.floor(Date.now() - Math.random() * seededSpanMs)
const anyDepth = () => Buffer.from(`${anyTime()}/dlv_${'z'.repeat(42)}`).toString('base64url')
const anyEvent = () => Buffer.from(firstEventIdAt(anyTime())).toString('base64url')

const pages: readonly (readonly [string, () => string])[] = [
  ["a webhook's log, first page of 100", () => `${log}?limit=100`],
  ['at any depth', () => `${log}?limit=100&cursor=${anyDepth()}`],
  ['errors only, at any depth', () => `${log}?limit=100&errors_only=true&cursor=${anyDepth()}`],
  ['one status, at any depth', () => `${log}?limit=100&status=exhausted&cursor=${anyDepth()}`],
  ['a rare event type, at any depth', () => `${log}?limit=100&event_type=${rareType}&cursor=${anyDepth()}`],
  ['events, first page of 100', () => '/events?limit=100'],
  ['events of a rare type, at any depth', () => `/events?limit=100&type=${rareType}&cursor=${anyEvent()}`],
  ['webhooks with their counts', () => '/webhooks'],
]

/** How long a page took, over many requests. */
export interface PageTimes {
  readonly page: string
  readonly p50: number
  readonly p99: number
}

/** Asks a server with a seeded log for each kind of page so many times, over HTTP. */
export async function pageTimes(
  { url, adminToken }: { url: string; adminToken: string },
  requests: number,
): Promise<PageTimes[]> {
  const get = async (path: string) => {
    const began = performance.now()
    const response = await fetch(url + path, { headers: { Authorization: `Bearer ${adminToken}` } })
    Page.parse(await response.json())
    return performance.now() - began
  }
  const rows: PageTimes[] = []
  for (const [page, path] of pages) {
    // Once to warm up: the first request of all compiles the code that it runs through.
    await get(path())
    const times: number[] = []
    for (let nth = 0; nth < requests; nth++) times.push(await get(path()))
    const { p50, p99 } = summarise(times)
    rows.push({ page, p50, p99 })
  }
  return rows
}
