import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryStatus } from '../../functions/domain/delivery.ts'
import type { Event } from '../../functions/domain/event.ts'
import type { ReplayKind } from '../../functions/domain/replay.ts'
import type { Webhook } from '../../functions/domain/webhook.ts'
import { advanceReplays } from '../../functions/use-cases/advance-replays.ts'
import { startReplay } from '../../functions/use-cases/start-replay.ts'
import { aDelivery, builtAt } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const minute = 60_000

describe('what a replay sends', () => {
  let engine: TestEngine
  let webhook: Webhook

  beforeEach(async () => {
    engine = await openTestEngine()
    webhook = await engine.addWebhook({ eventTypes: ['a:b'], createdAt: builtAt })
  })

  afterEach(() => engine.close())

  /** An event that fan-out sent to the webhook, or that it missed; with a delivery of that status. */
  async function happened(
    way: 'sent' | 'missed' | 'not wanted',
    status?: DeliveryStatus,
    over: Partial<Event> = {},
  ): Promise<Event> {
    engine.advance(1_000)
    const event = await engine.addEvent({ type: 'a:b', ...over })
    const fanOut = { at: event.acceptedAt, webhookIds: [webhook.id], missedBy: [webhook.id] }
    const [webhookIds, missedBy] = [
      way === 'sent' ? fanOut.webhookIds : [],
      way === 'missed' ? fanOut.missedBy : [],
    ]
    await engine.events.recordFanOut(event.id, { at: event.acceptedAt, webhookIds, missedBy })
    if (status !== undefined) {
      const errored = status === 'exhausted' || status === 'retrying'
      const key = { eventId: event.id, webhookId: webhook.id, createdAt: event.acceptedAt }
      const delivery = aDelivery({ ...key, status, errored, attempts: 1 })
      await engine.deliveries.record({ delivery, sweepAt: null })
    }
    return event
  }

  /** Replays, and returns the events that reached the receiver with the replay as it was at the end. */
  async function replayed(
    include: ReplayKind,
    { since = 0, until }: { since?: number; until?: number } = {},
  ) {
    engine.advance(1_000)
    const wanted = { since, until, include, rate: 500, dryRun: false }
    const counted = await startReplay(engine, webhook.id, { ...wanted, dryRun: true })
    const { id } = await startReplay(engine, webhook.id, wanted)
    for (let steps = 0; (await engine.replays.get(id))?.status === 'running'; steps++) {
      expect(steps).toBeLessThan(50)
      await advanceReplays(engine, { aheadMs: minute, endsAt: engine.now() + minute })
      engine.advance(minute)
    }
    await engine.deliverDue()
    const replay = await engine.replays.get(id)
    expect(counted).toMatchObject({ status: 'finished', queued: 0, examined: replay?.examined })
    expect(counted.matched + counted.skipped).toBe((replay?.matched ?? 0) + (replay?.skipped ?? 0))
    return { sent: engine.requests.map(({ headers }) => headers['webhook-id']), replay }
  }

  it.each<[ReplayKind, number[], number]>([
    ['all', [0, 1, 2, 5, 6], 2],
    ['failed', [1], 1],
    ['missed', [2, 5], 2],
  ])('with %s, and nothing that is under way', async (include, expected, skipped) => {
    const events = [
      await happened('sent', 'delivered'),
      await happened('sent', 'exhausted'),
      await happened('sent', 'cancelled'),
      await happened('sent', 'retrying'),
      await happened('sent'),
      await happened('missed'),
      await happened('not wanted'),
    ]
    const { sent, replay } = await replayed(include)
    expect(sent.toSorted()).toEqual(expected.map((nth) => events[nth]?.id).toSorted())
    expect(replay).toMatchObject({ status: 'finished', matched: expected.length, queued: expected.length })
    expect(replay?.skipped).toBe(skipped)
  })

  it('says of each delivery that it is a replay, and whose', async () => {
    const event = await happened('missed')
    const { replay } = await replayed('missed')
    const id = `dlv_${event.id.slice(4)}${webhook.id.slice(4)}${replay?.id.slice(4)}`
    expect(await engine.deliveries.find(id)).toMatchObject({
      trigger: 'replay',
      status: 'delivered',
      attempts: 1,
      createdAt: replay?.createdAt,
    })
  })

  it('with missed, from before the webhook was created', async () => {
    const before = await happened('not wanted', undefined, { acceptedAt: builtAt - minute })
    await happened('not wanted')
    const { sent } = await replayed('missed', { since: builtAt - 2 * minute })
    expect(sent).toEqual([before.id])
  })

  it.each<ReplayKind>(['all', 'failed', 'missed'])(
    'with %s, of the range only, both ends included',
    async (include) => {
      const events: Event[] = []
      for (let nth = 0; nth < 5; nth++)
        events.push(include === 'failed' ? await happened('sent', 'exhausted') : await happened('missed'))
      const [since, until] = [events[1]?.acceptedAt ?? 0, events[3]?.acceptedAt ?? 0]
      const { sent } = await replayed(include, { since, until })
      expect(sent.toSorted()).toEqual(events.slice(1, 4).map(({ id }) => id))
    },
  )

  it.each<ReplayKind>(['all', 'missed'])(
    'with %s, of the types and the scope that the webhook has now',
    async (include) => {
      const scope = { repositoryIds: ['r1'] }
      webhook = { ...webhook, scope, version: 2 }
      await engine.webhooks.replace(webhook, 1)
      const payload = (repository: string) => ({
        payload: Buffer.from(JSON.stringify({ repository_id: repository })),
      })
      const within = await happened('missed', undefined, payload('r1'))
      await happened('missed', undefined, payload('r2'))
      await happened('missed', undefined, { type: 'a:c', ...payload('r1') })
      const { sent, replay } = await replayed(include)
      expect(sent).toEqual([within.id])
      expect(replay).toMatchObject({ examined: 3, matched: 1 })
    },
  )

  it('leaves tests alone', async () => {
    await happened('sent', 'exhausted', { origin: { kind: 'test', id: webhook.id } })
    for (const include of ['all', 'failed', 'missed'] as const)
      expect((await replayed(include)).sent).toEqual([])
  })

  it('sends nothing whose payload was erased, and counts it', async () => {
    const events = [await happened('missed'), await happened('missed')]
    await engine.erasure.begin(events[0]?.id ?? '', engine.now())
    const { sent, replay } = await replayed('missed')
    expect(sent).toEqual([events[1]?.id])
    expect(replay).toMatchObject({ examined: 2, matched: 1, queued: 1, skipped: 1 })
  })

  it('sends nothing whose payload is erased between queue and receiver', async () => {
    const event = await happened('missed')
    engine.advance(1_000)
    await startReplay(engine, webhook.id, {
      since: 0,
      until: undefined,
      include: 'missed',
      rate: 500,
      dryRun: false,
    })
    await advanceReplays(engine, { aheadMs: minute, endsAt: engine.now() + minute })
    await engine.erasure.begin(event.id, engine.now())
    expect(await engine.deliverDue()).toEqual(['cancelled'])
    expect(engine.requests).toEqual([])
  })

  it('with failed, what an earlier replay did not bring home either; with missed, no longer', async () => {
    const event = await happened('missed')
    const key = {
      eventId: event.id,
      webhookId: webhook.id,
      trigger: 'replay',
      createdAt: engine.now(),
    } as const
    const delivery = aDelivery({ ...key, status: 'exhausted', attempts: 3, errored: true })
    await engine.deliveries.record({ delivery, sweepAt: null })
    expect((await replayed('missed')).sent).toEqual([])
    expect((await replayed('failed')).sent).toEqual([event.id])
    expect((await replayed('failed')).replay).toMatchObject({ matched: 0 })
  })
})
