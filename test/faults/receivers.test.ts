import { setDefaultCACertificates } from 'node:tls'
import { describe, expect } from 'vitest'
import { selfSigned, TestAuthority } from '../support/certificates.ts'
import { type HostileAnswer, hostileAnswers } from '../support/hostile-answers.ts'
import { RawReceiver, type RawReceiverOptions } from '../support/raw-receiver.ts'
import { okAnswer } from '../support/sender.ts'
import type { Bed } from './support/bed.ts'
import { fault } from './support/fault.ts'
import { addWebhooks, eventCount, publish, settle } from './support/run.ts'

const authority = new TestAuthority('An authority')
const dayMs = 86_400_000
// The engines share the sender: what it makes of a receiver is the same for both.
const engines = ['SQLite'] as const
const quick = { engines, retrySchedule: '0s,1s', deadlineMs: 150 }

const answering = (what: string): HostileAnswer => {
  const found = hostileAnswers.find((answer) => answer.what === what)
  if (found === undefined) throw new Error(`There is no answer "${what}".`)
  return found
}

/** Sends events to hostile receivers and healthy ones at once; resolves with what the log has of each hostile webhook. */
async function besideHealthyOnes(bed: Bed, urls: readonly string[]) {
  const healthy = await addWebhooks(bed, 2)
  const hostile: string[] = []
  for (const url of urls) {
    const { body } = await bed.call('POST', '/webhooks', { url, event_types: ['*'] })
    hostile.push(String(Reflect.get(Object(body), 'id')))
  }
  const accepted = await publish(bed, eventCount)
  await settle(bed)
  const rows = (await Promise.all(accepted.map((id) => bed.logOf(id)))).flat()
  return { accepted, healthy, of: hostile.map((id) => rows.filter(({ webhookId }) => webhookId === id)) }
}

async function hostileRun(bed: Bed, answers: readonly HostileAnswer[]) {
  const receivers = await Promise.all(answers.map(({ answer }) => RawReceiver.start({ onRequest: answer })))
  try {
    const run = await besideHealthyOnes(
      bed,
      receivers.map(({ url }) => url),
    )
    for (const [index, { words }] of answers.entries()) {
      const rows = run.of[index] ?? []
      expect(rows).toHaveLength(eventCount)
      const [status, attempts] = words === null ? ['delivered', 1] : ['exhausted', 2]
      for (const row of rows) expect(row).toMatchObject({ status, attempts })
      // An attempt is one request at most: none is followed, none sent again in silence.
      const requests = receivers[index]?.requests.length
      expect(requests).toBeGreaterThan(0)
      expect(requests).toBeLessThanOrEqual(eventCount * Number(attempts))
    }
    return { accepted: run.accepted, webhooks: run.healthy, note: `${answers.length} receivers` }
  } finally {
    await Promise.all(receivers.map((receiver) => receiver.close()))
  }
}

describe('faults 18 to 24: hostile receivers beside healthy ones', () => {
  const groups: readonly [string, string, readonly string[]][] = [
    ['18', 'silence; headers and bodies that drip', ['silence', 'headers that drip', 'a body that drips']],
    [
      '19',
      'bodies, headers and interim answers without end; a gzip bomb',
      [
        'a fast body without end',
        'a gzip bomb',
        '64 KiB of headers',
        'headers without end',
        'interim answers without end',
      ],
    ],
    [
      '20',
      'reset, end, short body',
      ['a reset', 'the end of the connection', 'less body than announced, after 200'],
    ],
    [
      '21',
      'no HTTP, both framings, 101, status 999',
      ['another protocol', 'both framings', '101', 'status 999'],
    ],
    ['22', 'redirects in a loop', [301, 302, 303, 307, 308].map((status) => `${status} to itself`)],
  ]
  for (const [number, title, what] of groups)
    fault(number, title, (bed) => hostileRun(bed, what.map(answering)), quick)

  fault(
    '23',
    'certificates expired, self-signed, of another name; no TLS; a handshake never answered',
    async (bed) => {
      setDefaultCACertificates([authority.certificate])
      const ok: RawReceiverOptions['onRequest'] = (socket) => socket.write(okAnswer)
      const options: readonly RawReceiverOptions[] = [
        { onRequest: ok, tls: authority.issue({ names: ['127.0.0.1'], validUntil: Date.now() - dayMs }) },
        { onRequest: ok, tls: selfSigned({ names: ['127.0.0.1'] }) },
        { onRequest: ok, tls: authority.issue({ names: ['example.com'] }) },
        { onRequest: ok },
        { onConnection: () => false },
      ]
      const receivers = await Promise.all(options.map((option) => RawReceiver.start(option)))
      try {
        const urls = receivers.map(({ url }) => url.replace('http:', 'https:'))
        const { accepted, healthy, of } = await besideHealthyOnes(bed, urls)
        for (const row of of.flat()) expect(row).toMatchObject({ status: 'exhausted', attempts: 2 })
        for (const { requests } of receivers) expect(requests).toHaveLength(0)
        return { accepted, webhooks: healthy, note: 'no request to any of them' }
      } finally {
        await Promise.all(receivers.map((receiver) => receiver.close()))
      }
    },
    quick,
  )

  const turns = new Map<string, number>()
  fault(
    '24',
    'names that do not exist, fail, are slow, empty, or come to lead to a private address',
    async (bed) => {
      const { port } = new URL(bed.receiver.url)
      const names = ['missing', 'failing', 'slow', 'empty', 'rebound']
      const urls = names.map((name) => `http://${name}.example:${port}/${name}`)
      const { accepted, healthy, of } = await besideHealthyOnes(bed, urls)
      for (const [index, name] of names.entries())
        for (const row of of[index] ?? [])
          expect(row).toMatchObject({ status: name === 'rebound' ? expect.any(String) : 'exhausted' })
      const reached = bed.receiver.receipts.filter(({ path }) => names.includes(path.slice(1)))
      expect(new Set(reached.map(({ path }) => path))).toEqual(new Set(['/rebound']))
      // Only while the name led to this machine, which is allowed; not once it led elsewhere.
      expect(reached.length).toBeLessThanOrEqual(turns.get('allowed') ?? 0)
      return { accepted, webhooks: healthy, note: 'no connection to a denied address' }
    },
    {
      ...quick,
      resolve: async (host) => {
        const times = (turns.get(host) ?? 0) + 1
        turns.set(host, times)
        if (host.startsWith('failing')) throw Object.assign(new Error('SERVFAIL'), { code: 'EAI_AGAIN' })
        if (host.startsWith('missing')) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
        if (host.startsWith('slow')) return new Promise(() => {})
        if (host.startsWith('empty')) return []
        if (times % 2 === 0) return [{ address: '10.0.0.1', family: 4 }]
        turns.set('allowed', (turns.get('allowed') ?? 0) + eventCount)
        return [{ address: '127.0.0.1', family: 4 }]
      },
    },
  )
})
