import { expect, it } from 'vitest'
import * as z from 'zod'
import { seededRandom } from '../support/random.ts'
import { openAwsBed } from './support/aws-bed.ts'
import type { OpenBed } from './support/bed.ts'
import { openEmbeddedBed } from './support/embedded-bed.ts'
import { killAtEveryAwait } from './support/kill.ts'
import { writeResult } from './support/results.ts'
import { addWebhooks, eventCount, publish, seed, settle } from './support/run.ts'

const engines: Readonly<Record<'SQLite' | 'AWS', OpenBed>> = { SQLite: openEmbeddedBed, AWS: openAwsBed }
const Replay = z.object({ id: z.string(), status: z.string(), matched: z.number(), queued: z.number() })
const maxSteps = 500

it.each(['SQLite', 'AWS'] as const)(
  'a replay that is killed at every await sends each event once, and counts it once (%s)',
  { timeout: 1_200_000 },
  async (engine) => {
    const startedAt = performance.now()
    const bed = await engines[engine]({ deadlineMs: 15_000 })
    try {
      const [webhook] = await addWebhooks(bed, 1, () => ({ enabled: false }))
      const accepted = await publish(bed, eventCount)
      await settle(bed)
      await bed.call('PATCH', `/webhooks/${webhook?.id}`, { enabled: true })
      const body = { since: new Date(bed.now() - 86_400_000).toISOString(), include: 'missed', rate: 2 }
      const { id } = Replay.parse((await bed.call('POST', `/webhooks/${webhook?.id}/replay`, body)).body)
      const look = async () => Replay.parse((await bed.call('GET', `/replays/${id}`)).body)

      bed.faults.decide = killAtEveryAwait(['sweep'], seededRandom(seed), 0.001)
      for (let steps = 0; (await look()).status === 'running'; steps++) {
        expect(steps).toBeLessThan(maxSteps)
        await bed.sweep()
        // As the queues are read: in steps of seconds. What waits for minutes is queued once more by the sweep.
        for (let seconds = 0; seconds < 60; seconds += 2) {
          await bed.handleDue()
          await bed.advance(2_000)
        }
      }
      bed.faults.decide = () => 'pass'
      await settle(bed)

      expect(bed.faults.killed.length).toBeGreaterThan(0)
      expect(await look()).toMatchObject({ status: 'finished', matched: eventCount, queued: eventCount })
      for (const eventId of accepted) {
        const logged = await bed.logOf(eventId)
        expect(logged).toMatchObject([{ trigger: 'replay', status: 'delivered', attempts: 1 }])
      }
      expect(bed.receiver.receipts.map(({ eventId }) => eventId).toSorted()).toEqual(accepted.toSorted())
      expect(await bed.deadLetters()).toBe(0)
      const points = new Set(bed.faults.killed.map((point) => point.replace(/ \d+ /, ' ')))
      writeResult({
        ...{ number: '4', title: 'a replay killed at every await', engine, deadLetters: 0 },
        ...{
          accepted: accepted.length,
          deliveries: accepted.length,
          byStatus: { delivered: accepted.length },
        },
        ...{ lost: [], untrue: [], unaccepted: 0, duplicates: 0, unlogged: 0 },
        kills: bed.faults.killed.length,
        seconds: (performance.now() - startedAt) / 1_000,
        note: `${points.size} kill points`,
      })
    } finally {
      await bed.close()
    }
  },
)
