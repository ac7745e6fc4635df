import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DynamoWebhooks } from '../../../functions/adapters/aws/dynamo-webhooks.ts'
import { onDynalite, type Tables } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'
import { aWebhook } from '../../support/builders.ts'
import { seededRandom } from '../../support/random.ts'

const types = ['a', 'b', 'c', 'd']
const given = perTest(
  onDynalite((tables, { now }) => ({
    admins: Array.from({ length: 4 }, () => new DynamoWebhooks(tables.config, now)),
  })),
)

/** Holds up each call for some turns of the event loop, so that calls of different processes mix. */
function shuffle({ client }: Tables, seed: number): void {
  const random = seededRandom(seed)
  client.middlewareStack.add(
    (next) => async (args) => {
      for (let turns = Math.floor(random() ** 3 * 60); turns > 0; turns--) await setImmediate()
      return next(args)
    },
    { step: 'initialize', name: 'shuffle', override: true },
  )
}

it('never misses a webhook, however the changes of several processes mix', async () => {
  const { admins, tables } = given()
  const someTypes = fc.subarray(types, { minLength: 1 })
  const property = fc.asyncProperty(
    fc.array(someTypes, { minLength: 2, maxLength: 6 }),
    fc.integer(),
    async (changes, seed) => {
      shuffle(tables, seed)
      const webhook = aWebhook({ eventTypes: ['a'] })
      await admins[0]?.create(webhook)
      await Promise.all(
        changes.map(async (eventTypes, nth) => {
          const admin = admins[nth % admins.length]
          for (let isDone = false; !isDone; ) {
            const current = await admin?.get(webhook.id)
            const { version } = current ?? webhook
            isDone =
              (await admin?.replace({ ...webhook, eventTypes, version: version + 1 }, version)) === true
          }
        }),
      )
      const reader = admins.at(-1)
      const settled = await reader?.get(webhook.id)
      expect(settled?.version).toBe(changes.length + 1)
      for (const type of types) {
        const ids = (await reader?.subscribedTo(type))?.map(({ id }) => id)
        expect(ids?.includes(webhook.id), type).toBe(settled?.eventTypes.includes(type))
      }
    },
  )
  await fc.assert(property, { numRuns: 60 })
})
