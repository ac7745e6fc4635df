import { describe, expect } from 'vitest'
import { fault } from './support/fault.ts'
import { addWebhooks, eventCount, publish, settle } from './support/run.ts'

describe('faults 27 and 28: webhooks changed under way, receivers that ask for time', () => {
  fault(
    '27',
    'webhooks paused, deleted and edited between two attempts',
    async (bed) => {
      const webhooks = await addWebhooks(bed, 4)
      const [paused, deleted, edited, untouched] = webhooks
      if (!paused || !deleted || !edited || !untouched) throw new Error('There are four.')
      const accepted = await publish(bed, eventCount)
      const isTried = () => bed.receiver.receipts.length === 4 * eventCount
      // On AWS, few batches at a time try receivers that nobody knows yet.
      for (await bed.handleDue(); !isTried(); await bed.handleDue()) await bed.advance(1_000)
      const before = bed.receiver.receipts.length
      await bed.call('PATCH', `/webhooks/${paused.id}`, { enabled: false })
      await bed.call('DELETE', `/webhooks/${deleted.id}`)
      await bed.call('PATCH', `/webhooks/${edited.id}`, { url: `${bed.receiver.url}/new` })
      await settle(bed)
      const after = bed.receiver.receipts.slice(before).map(({ path }) => path)
      expect(new Set(after)).toEqual(new Set(['/new', untouched.path]))
      expect(after.filter((path) => path === '/new')).toHaveLength(eventCount)
      const rows = (await Promise.all(accepted.map((id) => bed.logOf(id)))).flat()
      const statuses = rows.filter(({ webhookId }) => webhookId === paused.id).map(({ status }) => status)
      expect(new Set(statuses)).toEqual(new Set(['cancelled']))
      return { accepted, webhooks: [untouched], note: 'nothing sent to the paused and the deleted' }
    },
    {
      retrySchedule: '0s,20m,20m',
      answer: ({ path }, response, count) => {
        // Every event's first four requests, one for each webhook, fail; as no breaker minds.
        response.statusCode = count <= 4 && path !== '/new' ? 404 : 200
        response.end()
      },
    },
  )

  const seen = new Set<string>()
  const asked = ['0', '1000000000', 'soon', 'Mon, 23 Nov 2020 14:20:00 GMT', '-5', '30']

  fault(
    '28',
    'receivers answer 429 with every kind of Retry-After, to one event in five',
    async (bed) => {
      const webhooks = await addWebhooks(bed, asked.length)
      const startedAt = bed.now()
      const accepted = await publish(bed, eventCount)
      await settle(bed)
      // The planned wait is 60 s: at most twice that, whatever was asked for.
      expect(bed.now() - startedAt).toBeLessThan(60 * 60_000)
      const rows = (await Promise.all(accepted.map((id) => bed.logOf(id)))).flat()
      const refused = bed.receiver.receipts.filter(({ status }) => status === 429).length
      const attempts = rows.reduce((sum, row) => sum + row.attempts, 0)
      expect(attempts).toBe(rows.length + refused)
      expect(Math.max(...rows.map((row) => row.attempts))).toBe(2)
      return { accepted, webhooks, note: `${refused} answers of 429` }
    },
    {
      retrySchedule: '0s,60s',
      answer: ({ path, headers }, response) => {
        const key = `${headers.host}${path} ${headers['webhook-id']}`
        const isOneInFive = [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 5 === 0
        if (isOneInFive && !seen.has(key))
          response.writeHead(429, { 'retry-after': asked[Number(path.slice(1))] })
        seen.add(key)
        response.end()
      },
    },
  )
})
