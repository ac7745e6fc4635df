import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, type Figure, ratios } from './bench.ts'
import { deliveryCost } from './delivery-cost.ts'
import { eventBody } from './load.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { addWebhook, type Create, creator, publishToken } from './set-up.ts'
import { endWorkers, startWorkers } from './throughput.ts'

const creationsAtOnce = 16
/** The events of one run go to so many webhooks at most, other ones each time. */
const bodiesOfRun = 1_000

interface Variant {
  readonly webhooks: number
  readonly server: ServerProcess
  readonly token: string
  readonly costs: number[]
}

/** What a delivery costs with few webhooks and with many, each with an event type of its own. */
export const webhooks: Bench = {
  name: 'webhooks',
  target: 'cost per delivery flat from 10 to 10,000 webhooks',
  run: async ({ quick, repetitions, parent, logEvents, say }) => {
    const counts = quick ? [10, 1_000] : [10, 1_000, 10_000]
    const rounds = repetitions ?? (quick ? 2 : 5)
    const seconds = quick ? 2 : 3
    const workers = await startWorkers()
    const folder = mkdtempSync(join(parent, 'webhooks-'))
    const variants: Variant[] = []
    try {
      const receiver = `http://127.0.0.1:${workers.receiverPort}/1`
      for (const count of counts) {
        say(`making ${count} webhooks`)
        const adminToken = randomBytes(24).toString('base64url')
        const server = await startServer({ dataDir: join(folder, String(count)), adminToken, logEvents })
        const create = creator(server.url, adminToken)
        await makeWebhooks(create, receiver, count)
        variants.push({ webhooks: count, server, token: await publishToken(create), costs: [] })
      }
      // The first round warms up.
      for (let round = 0; round <= rounds; round++) {
        if (round > 0) say(`${round}/${rounds}`)
        for (let turn = 0; turn < variants.length; turn++) {
          const variant = variants[(round + turn) % variants.length]
          if (variant === undefined) continue
          const { server, token, webhooks: count, costs } = variant
          const target = { url: `${server.url}/events`, token, paths: ['/1'] }
          const cost = await deliveryCost({ server, workers, seconds }, target, someBodies(count))
          if (round > 0) costs.push(cost)
        }
      }
    } finally {
      endWorkers(workers)
      await Promise.all(variants.map(({ server }) => server.stop()))
      rmSync(folder, { recursive: true, force: true })
    }
    const [fewest] = variants
    const bars = variants.map(
      ({ webhooks: count, costs }): Figure => ({
        label: `CPU a million, ${count.toLocaleString('en')} webhooks`,
        unit: 's',
        values: costs,
      }),
    )
    const growth = variants.slice(1).map(
      ({ webhooks: count, costs }): Figure => ({
        label: `${count.toLocaleString('en')} ÷ ${fewest?.webhooks} webhooks`,
        unit: '×',
        digits: 2,
        values: ratios(costs, fewest?.costs ?? []),
        target: { atMost: 1.2 },
      }),
    )
    return {
      figures: [...bars, ...growth],
      plot: { title: 'Embedded server: CPU seconds of a million deliveries, by webhooks', bars },
      notes: [
        'Each webhook wants a type of its own; 400 events a second by schedule, to other webhooks in each run; the servers stand side by side and are measured by turns. Flat is at most a fifth more.',
      ],
      details: variants.map(({ webhooks: count, costs }) => ({ webhooks: count, costs })),
    }
  },
}

async function makeWebhooks(create: Create, receiver: string, count: number): Promise<void> {
  let made = 0
  const makeSome = async () => {
    while (made < count) await addWebhook(create, receiver, typeOf(made++))
  }
  await Promise.all(Array.from({ length: creationsAtOnce }, makeSome))
}

function someBodies(webhooks: number): string[] {
  return Array.from({ length: Math.min(webhooks, bodiesOfRun) }, () =>
    eventBody(typeOf(Math.floor(Math.random() * webhooks))),
  )
}

function typeOf(nth: number): string {
  return `bench:type-${nth}`
}
