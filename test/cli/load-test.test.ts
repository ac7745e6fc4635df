import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadPlan, percentile, runLoad, type Sample } from '../../cli/load.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

const good: Sample = { outcome: '200', isOk: true, durationMs: 5, asksForLess: false }
const bad: Sample = { ...good, outcome: '500', isOk: false }

/** Runs a load on a clock that stands still but for pauses. */
async function loaded(plan: Partial<LoadPlan>, send: (count: number) => Promise<Sample>) {
  let nowMs = 0
  let count = 0
  const sentAt: number[] = []
  const result = await runLoad(
    { count: 10, rate: 5, maxErrorShare: 0.2, ...plan },
    {
      send: () => {
        sentAt.push(nowMs)
        return send(++count)
      },
      terminal: {
        now: () => nowMs,
        pause: async (durationMs) => {
          nowMs += durationMs
        },
      },
      stop: new AbortController().signal,
      onSample: () => {},
    },
  )
  return { ...result, sentAt }
}

describe('the pace of a load test', () => {
  it('is steady', async () => {
    const { sentAt, samples, stoppedBecause } = await loaded({ count: 5, rate: 10 }, async () => good)
    expect(sentAt).toEqual([0, 100, 200, 300, 400])
    expect({ sent: samples.length, stoppedBecause }).toEqual({ sent: 5, stoppedBecause: undefined })
  })

  it('has at most 20 wait for an answer', async () => {
    let inFlight = 0
    let most = 0
    await loaded({ count: 60 }, async () => {
      most = Math.max(most, ++inFlight)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inFlight--
      return good
    })
    expect(most).toBe(20)
  })

  it('ends when too many fail, judged from the fifth on', async () => {
    const { samples, stoppedBecause } = await loaded({ count: 100 }, async () => bad)
    expect(samples).toHaveLength(5)
    expect(stoppedBecause).toBe('5 of 5 requests failed.')
    expect(await loaded({ count: 10 }, async (count) => (count % 5 === 0 ? bad : good))).toMatchObject({
      stoppedBecause: undefined,
    })
  })

  it('ends at once when the receiver asks for less, or the API can take no more', async () => {
    const less = await loaded({}, async () => ({ ...bad, outcome: '429', asksForLess: true }))
    expect(less).toMatchObject({ samples: [{}], stoppedBecause: expect.stringContaining('asked for less') })
    const refused = await loaded({}, async (count) => {
      if (count === 3) throw new Error('Not now.')
      return good
    })
    expect(refused).toMatchObject({ samples: [{}, {}], stoppedBecause: 'Not now.' })
  })
})

it.each([
  [[], 0.5, undefined],
  [[7], 0.99, 7],
  [[3, 1, 2], 0.5, 2],
  [Array.from({ length: 100 }, (_, index) => 100 - index), 0.95, 95],
  [Array.from({ length: 100 }, (_, index) => 100 - index), 0.99, 99],
])('the percentile of %j at %d is %s', (numbers, share, expected) => {
  expect(percentile(numbers, share)).toBe(expected)
})

describe('load-test', () => {
  let server: TestServer
  let receiver: TestReceiver
  let cli: CommandLine
  beforeAll(async () => {
    server = await startTestServer()
    receiver = await startTestReceiver((request, response) => {
      response.statusCode = request.path === '/busy' ? 429 : request.path === '/fails' ? 500 : 200
      response.end()
    })
    cli = commandLineFor(server.url, adminToken)
  })
  afterAll(async () => {
    cli.remove()
    await receiver.close()
    await server.remove()
  })
  const webhookAt = (path: string) => server.api.createWebhook({ url: `${receiver.url}${path}` })

  it('sends so many, to this webhook alone, and tells how they were borne', async () => {
    const [id, other] = [await webhookAt('/'), await webhookAt('/other')]
    const ran = await cli.run(['load-test', id, '-n', '12', '--rate', '50', '--json'], { answers: [true] })
    expect(ran.code).toBe(0)
    expect(ran.json()).toEqual({
      sent: 12,
      ok: 12,
      failed: {},
      duration_ms: { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      stopped_because: null,
    })
    expect(cli.questions).toEqual([
      `Send 12 sample events of batch_change:apply to ${receiver.url}/, 50 a second?`,
    ])
    expect(await server.api.deliveries(id, '?limit=100')).toHaveLength(12)
    expect(await server.api.deliveries(other)).toEqual([])
  })

  it.each([
    ['/fails', /sent +\d\nok +0\nfailed: 500 +\d/, 'requests failed'],
    ['/busy', /failed: 429 +\d/, 'asked for less'],
  ])('stops at %s', async (path, table, reason) => {
    const ran = await cli.run(['load-test', await webhookAt(path), '--rate', '20', '--yes'])
    expect(ran).toMatchObject({
      code: 1,
      out: expect.stringMatching(table),
      err: expect.stringContaining(reason),
    })
    expect(receiver.requests.filter((request) => request.path === path).length).toBeLessThan(10)
  })

  it.each([
    ['--count', '1001'],
    ['--rate', '51'],
    ['-n', '0'],
    ['--rate', 'fast'],
  ])('does not do %s %s', async (...args) => {
    expect(await cli.run(['load-test', 'whk_x', '--yes', ...args])).toMatchObject({ code: 2 })
  })
})
