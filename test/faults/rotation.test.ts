import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CheckedApi } from '../support/checked-api.ts'
import { checkedApi, textOf } from '../support/checked-api.ts'
import { type ReceivedRequest, startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { signedBy, verifies } from '../support/signed-by.ts'
import { until } from '../support/until.ts'
import { eventCount } from './support/run.ts'

/** A receiver's view: the secrets that it takes at this moment, and how many requests it took and refused. */
class Verifier {
  taken = 0
  refused = 0
  secrets: readonly string[]
  readonly #fits: (request: ReceivedRequest, secret: string) => boolean

  constructor(secret: string, fits: (request: ReceivedRequest, secret: string) => boolean) {
    this.secrets = [secret]
    this.#fits = fits
  }

  judge(request: ReceivedRequest): boolean {
    const isTaken = this.secrets.some((secret) => this.#fits(request, secret))
    if (isTaken) this.taken += 1
    else this.refused += 1
    return isTaken
  }
}

// Fault 26, with so many events or more.
const isWhole = eventCount >= 1_000
const leastEvents = isWhole ? 1_000 : 300
const first = 'the first secret'
const bySourcegraph = (request: ReceivedRequest, secret: string) =>
  signedBy(request, [secret]).sourcegraph === secret

/** One request is judged as receivers of each kind would: what they know changes as their owners change it. */
const verifiers = {
  late: new Verifier(first, verifies),
  midway: new Verifier(first, verifies),
  early: new Verifier(first, verifies),
  sourcegraphOnly: new Verifier(first, bySourcegraph),
}

function know(secrets: readonly string[], ...names: readonly (keyof typeof verifiers)[]): void {
  for (const name of names) verifiers[name].secrets = secrets
}

let server: TestServer
let receiver: TestReceiver
let api: CheckedApi

beforeAll(async () => {
  receiver = await startTestReceiver((request, response) => {
    const verdicts = Object.values(verifiers).map((verifier) => verifier.judge(request))
    response.writeHead(verdicts.every(Boolean) ? 200 : 401).end()
  })
  server = await startTestServer()
  api = await checkedApi(server)
})

afterAll(async () => {
  await receiver.close()
  await server.remove()
})

it('is noticed by no receiver while events go on, and ends the old secret', {
  timeout: 120_000,
}, async () => {
  const id = await api.createWebhook({ url: receiver.url, secret: first })
  const published: string[] = []
  let isPublishing = true
  const publisher = (async () => {
    while (isPublishing) published.push(await api.publish('batch_change:apply', { n: published.length }))
  })()
  const more = (count: number) => receiver.arrived(receiver.requests.length + count)
  /** Waits for all that may have been signed before this moment. */
  const drained = async () => {
    const count = published.length + 2
    await until(() => published.length >= count)
    const seen = new Set<unknown>()
    await until(() => {
      for (const { headers } of receiver.requests.slice(seen.size)) seen.add(headers['webhook-id'])
      return published.slice(0, count).every((eventId) => seen.has(eventId))
    })
  }
  const rotate = async (body: Record<string, unknown>) =>
    textOf(await api.call('POST', `/webhooks/${id}/rotate-secret`, body), 'secret')

  let old = first
  await more(10)
  // How each overlap ends: by hand, by itself, or by the next rotation.
  const ends = ['0s', '1s', 'next', 'next', '0s', '1s'] as const
  const rounds = Array.from({ length: isWhole ? 3 : 1 }, () => ends).flat()
  for (const [nth, end] of rounds.entries()) {
    const given = nth % 2 === 0 ? {} : { secret: `secret of round ${nth}` }
    const renewed = await rotate({ ...given, overlap: end === '1s' ? '1s' : '24h' })
    // An overlap that ends by itself may do so at any time from here on.
    if (end === '1s') know([old, renewed], 'late', 'midway', 'sourcegraphOnly')
    await drained()
    know([renewed], 'early')
    await more(15)
    know([renewed], 'midway')
    await more(15)
    know([old, renewed], 'late', 'sourcegraphOnly')
    if (end === '0s') await rotate({ secret: renewed, overlap: '0s' })
    if (end === '1s')
      await until(async () => (await api.get(`/webhooks/${id}`)).previous_secret_expires_at === null)
    if (end !== 'next') {
      await drained()
      know([renewed], 'late', 'sourcegraphOnly')
      const since = receiver.requests.length
      await more(10)
      const last = receiver.requests.slice(since)
      expect(last.filter((request) => verifies(request, old) || bySourcegraph(request, old))).toEqual([])
    }
    old = renewed
  }
  isPublishing = false
  await publisher
  await until(async () => receiver.requests.length >= published.length)
  process.stdout.write(
    `${rounds.length} rotations, ${published.length} events, ${receiver.requests.length} requests; ${Object.entries(
      verifiers,
    )
      .map(([name, { taken, refused }]) => `${name}: ${taken} taken, ${refused} refused`)
      .join('; ')}\n`,
  )
  expect(published.length).toBeGreaterThan(leastEvents)
  expect(receiver.requests).toHaveLength(published.length)
  for (const verifier of Object.values(verifiers)) expect(verifier.refused).toBe(0)
})
