import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DynamoAttemptHours } from '../../functions/adapters/aws/dynamo-attempt-hours.ts'
import { DynamoNotices } from '../../functions/adapters/aws/dynamo-notices.ts'
import { DynamoPosition } from '../../functions/adapters/aws/dynamo-position.ts'
import { DynamoWebhooks } from '../../functions/adapters/aws/dynamo-webhooks.ts'
import { HourlyCounters } from '../../functions/adapters/aws/hourly-counters.ts'
import type { Notice } from '../../functions/domain/notice.ts'
import { tellNotices } from '../../functions/use-cases/tell-notices.ts'
import { watchFailures } from '../../functions/use-cases/watch-failures.ts'
import { billOf, onDynalite } from '../contracts/dynalite-table.ts'
import { silent } from '../contracts/emulator.ts'
import { perTest, retentionMs } from '../contracts/harness.ts'
import { aWebhook, builtAt } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const hourMs = 3_600_000
const disableAfterMs = 5 * 24 * hourMs

describe('watchFailures', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const failHourly = (webhookId: string, hours: number) => {
    const put = engine.database.prepare('insert into hourly_counters values (?, ?, 1, 1)')
    for (let age = 0; age <= hours; age++) put.run(webhookId, Math.floor(engine.now() / hourMs) - age)
  }

  it('looks at each webhook that is on once an hour, 200 in a minute', async () => {
    for (let nth = 0; nth < 450; nth++) await engine.addWebhook({ enabled: nth % 3 !== 0 })
    const looked: number[] = []
    for (let minutes = 0; minutes < 100; minutes++, engine.advance(60_000))
      looked.push(await watchFailures(engine))
    // 300 are on. An hour begins at the minute 40.
    expect(looked.filter((count) => count > 0)).toEqual([200, 100, 200, 100])
    expect([looked[0], looked[1], looked[40], looked[41]]).toEqual([200, 100, 200, 100])
  })

  it('does nothing where it is off, not even look', async () => {
    failHourly((await engine.addWebhook()).id, 200)
    expect(await watchFailures({ ...engine, disableAfterMs: undefined })).toBe(0)
    expect(await engine.notices.list(10)).toEqual([])
  })

  it('does not change a webhook that was changed since it was read, and drops what it wrote of it', async () => {
    const webhook = await engine.addWebhook()
    failHourly(webhook.id, 70)
    const webhooks = {
      list: async () => [webhook],
      replace: engine.webhooks.replace.bind(engine.webhooks),
    }
    await engine.webhooks.replace({ ...webhook, description: 'changed', version: 2 }, 1)
    await watchFailures({ ...engine, webhooks })
    expect(await engine.webhooks.get(webhook.id)).toMatchObject({
      description: 'changed',
      warned: 0,
      version: 2,
    })
    const told: Notice[] = []
    const tellOperator = async (notice: Notice) => {
      told.push(notice)
    }
    await tellNotices({ ...engine, tellOperator })
    expect(await engine.notices.list(10)).toHaveLength(1)
    engine.advance(5 * 60_000)
    await tellNotices({ ...engine, tellOperator })
    expect(await engine.notices.list(10)).toEqual([])
    expect(told).toEqual([])
  })

  it('keeps a notice that could not be told, and tells it as it was when the event is there already', async () => {
    const webhook = await engine.addWebhook()
    await engine.webhooks.disable(webhook.id, 'gone', engine.now())
    const tellOperator = () => Promise.reject(new Error('The topic does not answer.'))
    await expect(tellNotices({ ...engine, tellOperator })).rejects.toThrow('does not answer')
    const off = await engine.webhooks.get(webhook.id)
    // The event says otherwise now: it is not told a second time, nor is that an error.
    await engine.webhooks.replace({ ...(off ?? webhook), description: 'changed', version: 3 }, 2)
    await tellNotices({ ...engine, tellOperator: async () => {} })
    expect(await engine.notices.list(10)).toEqual([])
    expect((await engine.events.list({ limit: 10 })).items.map(({ type }) => type)).toEqual([
      'webhook:disabled',
    ])
  })

  it('tells the others when one cannot be told', async () => {
    const webhooks = [await engine.addWebhook(), await engine.addWebhook(), await engine.addWebhook()]
    for (const { id } of webhooks) await engine.webhooks.disable(id, 'gone', engine.now())
    const [, refused] = webhooks
    const tellOperator = async ({ webhookId }: Notice) => {
      if (webhookId === refused?.id) throw new Error('The topic refuses it.')
    }
    await expect(tellNotices({ ...engine, tellOperator })).rejects.toThrow('refuses it')
    expect(await engine.notices.list(10)).toMatchObject([{ webhookId: refused?.id }])
  })

  it('forgets the notices of a webhook that was removed', async () => {
    const webhook = await engine.addWebhook()
    await engine.webhooks.disable(webhook.id, 'gone', engine.now())
    await engine.webhooks.remove(webhook.id, 2)
    await tellNotices({ ...engine, tellOperator: () => Promise.reject(new Error('told')) })
    expect(await engine.notices.list(10)).toEqual([])
  })
})

describe('watchFailures over DynamoDB', () => {
  const given = perTest(
    onDynalite(({ config, log: table }, { now }) => {
      const store = { table, now, retentionMs, log: silent }
      return {
        counters: new HourlyCounters(store),
        webhooks: new DynamoWebhooks(config, now),
        attemptHours: new DynamoAttemptHours(store),
        notices: new DynamoNotices(config),
        watchPosition: new DynamoPosition(config, 'failures'),
      }
    }),
  )

  it('pays half a unit for each webhook an hour, beside the list of them, and writes only where it comes to something', async () => {
    const { tables, clock, counters, ...ports } = given()
    const webhooks = Array.from({ length: 150 }, () => aWebhook())
    for (const webhook of webhooks) await ports.webhooks.create(webhook)
    const [failing] = webhooks
    for (const { id } of webhooks)
      for (let age = 0; age < (id === failing?.id ? 70 : 4); age++)
        counters.count(id, { sentAt: builtAt - age * hourMs, failed: id === failing?.id })
    await counters.write()
    const deps = { ...ports, disableAfterMs, now: clock.now }
    const first = await billOf(tables, () => watchFailures(deps))
    // A page of webhooks and one query each, two for the one that fails; the position, the notice, the webhook.
    expect(first.calls).toEqual({
      GetItemCommand: 1,
      QueryCommand: 1 + 150 + 1,
      UpdateItemCommand: 1 + 1 + 1 + 1,
      PutItemCommand: 1,
    })
    expect(first.readUnits).toBeLessThan(150 * 0.5 + 20)
    // Until the next hour it is one read.
    expect(await billOf(tables, () => watchFailures(deps))).toEqual({
      readUnits: 1,
      writeUnits: 0,
      calls: { GetItemCommand: 1 },
    })
    await clock.advance(hourMs)
    const later = await billOf(tables, () => watchFailures(deps))
    expect(later.writeUnits).toBe(1)
  })
})
