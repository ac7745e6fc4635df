import { describe, expect, it } from 'vitest'
import { DynamoBreakers } from '../../../functions/adapters/aws/dynamo-breakers.ts'
import { DynamoRateLimiter } from '../../../functions/adapters/aws/dynamo-rate-limiter.ts'
import { DynamoTrials } from '../../../functions/adapters/aws/dynamo-trials.ts'
import { DynamoWebhooks } from '../../../functions/adapters/aws/dynamo-webhooks.ts'
import { opened, untroubled } from '../../../functions/domain/breaker.ts'
import { parseSealed } from '../../../functions/domain/sealed.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { idsOf, newestFirst, perTest, readAllBefore } from '../../contracts/harness.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'
import { failing } from './failing.ts'

const open = onDynalite(({ config }, { now }) => ({
  webhooks: new DynamoWebhooks(config, now),
  /** Another process. */
  elsewhere: new DynamoWebhooks(config, now),
  limiter: new DynamoRateLimiter(config),
  breakers: new DynamoBreakers(config, now),
  trials: new DynamoTrials(config, now),
}))

describe('DynamoWebhooks', () => {
  const given = perTest(open)
  const tenTimes = (work: () => Promise<unknown>) => () => Promise.all(Array.from({ length: 10 }, work))

  it('reads a webhook once for all who ask, until something changes', async () => {
    const { tables, webhooks, elsewhere } = given()
    const webhook = aWebhook()
    await elsewhere.create(webhook)
    const batch = tenTimes(() => webhooks.get(webhook.id))
    expect(await billOf(tables, batch)).toEqual({ readUnits: 2, writeUnits: 0, calls: { GetItemCommand: 2 } })
    expect(await billOf(tables, batch)).toEqual({ readUnits: 1, writeUnits: 0, calls: { GetItemCommand: 1 } })
    await elsewhere.create(aWebhook())
    expect(await billOf(tables, batch)).toMatchObject({ readUnits: 2 })
  })

  it('reads the subscribers of a type once for all who ask, until something changes', async () => {
    const { tables, webhooks, elsewhere } = given()
    for (let nth = 0; nth < 10; nth++) await elsewhere.create(aWebhook({ eventTypes: ['a:b'] }))
    const batch = tenTimes(() => webhooks.subscribedTo('a:b'))
    expect(await billOf(tables, batch)).toEqual({
      readUnits: 13,
      writeUnits: 0,
      calls: { GetItemCommand: 1, QueryCommand: 2, BatchGetItemCommand: 1 },
    })
    expect(await billOf(tables, batch)).toEqual({ readUnits: 1, writeUnits: 0, calls: { GetItemCommand: 1 } })
  })

  it('pays for a change one unit a subscription, one for the webhook and one to tell of it', async () => {
    const { tables, webhooks } = given()
    const webhook = aWebhook({ eventTypes: ['a:b', 'a:c'] })
    const writes = async (work: () => Promise<unknown>) => (await billOf(tables, work)).writeUnits
    expect(await writes(() => webhooks.create(webhook))).toBe(4)
    const change = { ...webhook, eventTypes: ['a:c'], version: 2 }
    expect(await writes(() => webhooks.replace(change, 1))).toBe(4)
    // One more for the notice of it.
    expect(await writes(() => webhooks.disable(webhook.id, 'gone', builtAt))).toBe(3)
    expect(await writes(() => webhooks.disable(webhook.id, 'gone', builtAt))).toBe(2)
    // The pace, the breaker and the trial, which might be there, too.
    expect(await writes(() => webhooks.remove(webhook.id, 3))).toBe(6)
  })

  it.each([
    ['replaced', (of: DynamoWebhooks, id: string) => of.replace({ ...aWebhook({ version: 2 }), id }, 1)],
    ['removed', (of: DynamoWebhooks, id: string) => of.remove(id, 1)],
    ['turned off', (of: DynamoWebhooks, id: string) => of.disable(id, 'gone', builtAt)],
  ])('sees at once that another process has %s a webhook', async (_, change) => {
    const { webhooks, elsewhere } = given()
    const webhook = aWebhook({ eventTypes: ['a:b'] })
    await elsewhere.create(webhook)
    expect(await webhooks.get(webhook.id)).toEqual(webhook)
    expect(await webhooks.subscribedTo('a:b')).toEqual([webhook])
    await change(elsewhere, webhook.id)
    const changed = await elsewhere.get(webhook.id)
    expect(changed).not.toEqual(webhook)
    expect(await webhooks.get(webhook.id)).toEqual(changed)
    expect(await webhooks.subscribedTo('a:b')).toEqual(changed === undefined ? [] : [changed])
  })

  it('sees within a minute a change whose author died before telling of it', async () => {
    const { tables, webhooks, elsewhere, clock } = given()
    const webhook = aWebhook({ eventTypes: ['a:b'] })
    await elsewhere.create(webhook)
    await webhooks.get(webhook.id)
    // The first update notes the subscription, the second is to tell.
    await failing(tables, 'UpdateItemCommand', 2, () =>
      elsewhere.replace({ ...webhook, description: 'changed', version: 2 }, 1),
    )
    expect((await webhooks.get(webhook.id))?.description).toBe('')
    expect((await elsewhere.get(webhook.id))?.description).toBe('changed')
    await clock.advance(60_000)
    expect((await webhooks.get(webhook.id))?.description).toBe('changed')
  })

  it('finds what beat it after a change that came too late, told of or not', async () => {
    const { tables, webhooks, elsewhere } = given()
    const webhook = aWebhook({ eventTypes: ['a:b'] })
    await webhooks.create(webhook)
    await webhooks.get(webhook.id)
    await failing(tables, 'UpdateItemCommand', 2, () => elsewhere.replace({ ...webhook, version: 2 }, 1))
    expect(await webhooks.replace({ ...webhook, description: 'late', version: 2 }, 1)).toBe(false)
    expect((await webhooks.get(webhook.id))?.version).toBe(2)
  })

  it('keeps nothing of a read that failed', async () => {
    const { tables, webhooks } = given()
    const webhook = aWebhook({ eventTypes: ['a:b'] })
    await webhooks.create(webhook)
    await failing(tables, 'GetItemCommand', 1, () => webhooks.get(webhook.id))
    await failing(tables, 'GetItemCommand', 2, () => webhooks.get(webhook.id))
    await failing(tables, 'BatchGetItemCommand', 1, () => webhooks.subscribedTo('a:b'))
    expect(await webhooks.get(webhook.id)).toEqual(webhook)
    expect(await webhooks.subscribedTo('a:b')).toEqual([webhook])
  })

  it('lets the webhook decide what it gets, whatever the index says', async () => {
    const { tables, webhooks } = given()
    const webhook = aWebhook({ eventTypes: ['a:b'] })
    await tables.config.put({ pk: 'type#a:c', sk: webhook.id, version: 1 })
    await tables.config.put({ pk: 'type#*', sk: aWebhook().id, version: 1 })
    await webhooks.create(webhook)
    expect(await webhooks.subscribedTo('a:c')).toEqual([])
    expect(idsOf(await webhooks.subscribedTo('a:b'))).toEqual([webhook.id])
  })

  it('leaves nothing of a removed webhook', async () => {
    const { tables, webhooks, limiter, breakers, trials } = given()
    const webhook = aWebhook({ eventTypes: ['a:b', '*'] })
    await webhooks.create(webhook)
    await limiter.reserve(webhook.id, { perSecond: 1, nowMs: builtAt, horizonMs: 0 })
    await breakers.replace(webhook.id, opened(untroubled, builtAt))
    await trials.passed(webhook.id)
    await webhooks.remove(webhook.id, 1)
    const partitions = ['webhook', 'type#a:b', 'type#*', `pace#${webhook.id}`]
    expect(await Promise.all(partitions.map((pk) => tables.config.all({ pk })))).toEqual([[], [], [], []])
  })

  it('takes a webhook that is created again for the same, unless its secret differs', async () => {
    const { webhooks } = given()
    const webhook = aWebhook()
    for (let nth = 0; nth < 2; nth++) await webhooks.create(webhook)
    const other = { ...webhook, secret: parseSealed('other') }
    await expect(webhooks.create(other)).rejects.toThrow(webhook.id)
    expect(await webhooks.list({ limit: 10 })).toEqual([webhook])
  })

  it('lists the few that are wanted among many that are not', async () => {
    const { webhooks } = given()
    const wanted: ReturnType<typeof aWebhook>[] = []
    await Promise.all(
      Array.from({ length: 450 }, async (_, nth) => {
        const webhook = aWebhook({ eventTypes: [nth % 90 === 0 ? 'a:b' : 'a:c'], enabled: nth % 180 !== 0 })
        if (nth % 90 === 0) wanted.push(webhook)
        await webhooks.create(webhook)
      }),
    )
    const list = (range: { before: string | undefined; limit: number }) =>
      webhooks.list({ eventType: 'a:b', ...range })
    expect(idsOf(await readAllBefore(2, list))).toEqual(newestFirst(wanted))
    expect(await webhooks.list({ eventType: 'a:b', enabled: false, limit: 100 })).toHaveLength(3)
  })
})
