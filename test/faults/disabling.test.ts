import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { openAwsBed } from './support/aws-bed.ts'
import type { Bed } from './support/bed.ts'
import { openEmbeddedBed } from './support/embedded-bed.ts'
import { addWebhooks, publish } from './support/run.ts'

const hourMs = 3_600_000
const stepHours = 6
const mostSweeps = 300

const Webhook = z.looseObject({
  enabled: z.boolean(),
  disabled_reason: z.string().nullable(),
  disabled_at: z.string().nullable(),
  failing_since: z.string().nullable(),
  last_off: z.object({ since: z.string(), until: z.string().nullable() }).nullable(),
})
const Events = z.object({
  data: z.array(
    z.object({ id: z.string(), type: z.string(), origin: z.unknown(), missed_by: z.array(z.string()) }),
  ),
})
const Detail = z.object({ payload: z.looseObject({ percent: z.number().optional() }) })

describe.each([
  ['SQLite', openEmbeddedBed],
  ['AWS', openAwsBed],
] as const)('a webhook that has nothing but failures, over %s', (_, open) => {
  let bed: Bed
  let status: number
  let id: string
  let published: number

  beforeEach(async () => {
    status = 404
    published = 0
    bed = await open({
      retrySchedule: '0s',
      answer: (request, response) => {
        response.statusCode = request.path === '/0' ? status : 200
        response.end()
      },
    })
    const [failing] = await addWebhooks(bed, 1, () => ({ event_types: ['a:b'] }))
    id = failing?.id ?? ''
    const told = { url: `${bed.receiver.url}/1`, event_types: ['webhook:disabled', 'webhook:failing'] }
    await addWebhooks(bed, 1, () => told)
  })

  afterEach(() => bed.close())

  const webhook = async () => Webhook.parse((await bed.call('GET', `/webhooks/${id}`)).body)
  const eventsOf = async (type: string) =>
    Events.parse((await bed.call('GET', `/events?type=${type}&limit=100`)).body).data
  /** What was told as events, oldest first: shares of the time, and 100 for the end. */
  const toldAsEvents = async () => {
    const warnings = (await eventsOf('webhook:failing')).map(async (event) => {
      const { payload } = Detail.parse((await bed.call('GET', `/events/${event.id}`)).body)
      return payload.percent ?? 0
    })
    const ends = await eventsOf('webhook:disabled')
    return [...(await Promise.all(warnings)).reverse(), ...ends.map(() => 100)]
  }
  const toldToOperator = async () =>
    (await bed.told()).map(({ subject }) => Number(/(\d+)%/.exec(subject)?.[1] ?? 100)).sort((a, b) => a - b)

  /** Sweeps until one sweep comes to its end. */
  const sweep = async () => {
    for (let sweeps = 0; sweeps < mostSweeps; sweeps++) {
      const kills = bed.faults.killed.length
      await bed.sweep()
      if (bed.faults.killed.length === kills) return
    }
    throw new Error('Every sweep was killed.')
  }
  /** One event every six hours, each tried once. */
  const pass = async (hours: number) => {
    for (let passed = 0; passed < hours; passed += stepHours) {
      await publish(bed, 1, { prefix: `event-${published++}` })
      await bed.handleDue()
      await sweep()
      await bed.handleDue()
      await bed.advance(stepHours * hourMs)
    }
  }
  const dieAtEveryAwait = () => {
    const met = new Set<string>()
    bed.faults.decide = ({ function: name, name: call, nth }) => {
      if (name !== 'sweep' || call === 'invoke') return 'pass'
      for (const fate of ['before', 'after'] as const) {
        const point = `${call} ${nth} ${fate}`
        if (met.has(point)) continue
        met.add(point)
        return fate
      }
      return 'pass'
    }
  }

  it('is warned of three times, turned off after five days, and told of once each', async () => {
    await pass(60)
    expect(await toldAsEvents()).toEqual([])
    expect(await webhook()).toMatchObject({ enabled: true, failing_since: null, last_off: null })
    await pass(54)
    expect(await toldAsEvents()).toEqual([50, 70, 90])
    const { failing_since: since, ...warned } = await webhook()
    expect(warned).toMatchObject({ enabled: true, disabled_reason: null })
    await pass(12)
    expect(await toldAsEvents()).toEqual([50, 70, 90, 100])
    expect(await toldToOperator()).toEqual([50, 70, 90, 100])
    const off = await webhook()
    expect(off).toMatchObject({ enabled: false, disabled_reason: 'failing', failing_since: since })
    expect(Date.parse(off.disabled_at ?? '') - Date.parse(since ?? '')).toBeGreaterThanOrEqual(120 * hourMs)
    expect(off.last_off).toEqual({ since: off.disabled_at, until: null })
    // What comes now is missed, and not sent.
    const requests = bed.receiver.receipts.filter(({ path }) => path === '/0').length
    await pass(6)
    expect((await eventsOf('a:b'))[0]?.missed_by).toEqual([id])
    expect(bed.receiver.receipts.filter(({ path }) => path === '/0')).toHaveLength(requests)
    // The watcher got all four, in their order.
    expect(bed.receiver.receipts.filter(({ path }) => path === '/1')).toHaveLength(4)
    expect((await eventsOf('webhook:disabled'))[0]?.origin).toEqual({ kind: 'service', id })
  })

  it('is on after it was turned on again, says what it missed, and has all its time anew', async () => {
    await pass(132)
    const { disabled_at: since } = await webhook()
    const enabled = Webhook.parse((await bed.call('PATCH', `/webhooks/${id}`, { enabled: true })).body)
    const until = new Date(bed.now()).toISOString()
    expect(enabled).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null })
    expect(enabled).toMatchObject({ failing_since: null, last_off: { since, until } })
    await pass(60)
    expect(await toldAsEvents()).toEqual([50, 70, 90, 100])
    await pass(12)
    expect((await toldAsEvents()).sort()).toEqual([100, 50, 50, 70, 90].sort())
    expect((await webhook()).last_off).toEqual({ since, until })
  })

  it('has all its time anew after a success, and is told of what begins then', async () => {
    await pass(114)
    expect(await toldAsEvents()).toEqual([50, 70, 90])
    status = 200
    await pass(6)
    expect(await webhook()).toMatchObject({ enabled: true, failing_since: null })
    status = 404
    await pass(66)
    expect(await toldAsEvents()).toEqual([50, 70, 90, 50])
  })

  it('is never turned off for silence', async () => {
    await pass(66)
    for (let days = 0; days < 10; days++) {
      await bed.advance(24 * hourMs)
      await sweep()
    }
    expect(await toldAsEvents()).toEqual([50])
    expect(await webhook()).toMatchObject({ enabled: true, failing_since: null })
  })

  it('is told of within a minute when its receiver answers 410', async () => {
    await pass(6)
    status = 410
    await publish(bed, 1, { prefix: 'gone' })
    await bed.handleDue()
    const { disabled_at: disabledAt } = await webhook()
    await bed.advance(60_000)
    await sweep()
    expect(await toldToOperator()).toEqual([100])
    const [told, ...more] = await eventsOf('webhook:disabled')
    expect(more).toEqual([])
    const { body } = await bed.call('GET', `/events/${told?.id}`)
    expect(body).toMatchObject({
      payload: { webhook: { id }, reason: 'gone', disabled_at: disabledAt, failing_since: null },
    })
    await sweep()
    expect(await toldToOperator()).toEqual([100])
  })

  it('is turned off once and told of once in events, wherever the sweep dies', async () => {
    await pass(54)
    dieAtEveryAwait()
    await pass(78)
    expect(bed.faults.killed.length).toBeGreaterThan(35)
    expect(await toldAsEvents()).toEqual([50, 70, 90, 100])
    const told = await toldToOperator()
    expect([...new Set(told)]).toEqual([50, 70, 90, 100])
    // Only a death between telling and writing it down has it told again.
    const deaths = bed.faults.killed.filter((point) =>
      /after (Publish|topic\.publish)|DeleteItem|notices\.remove/.test(point),
    )
    expect(told.length - 4).toBeLessThanOrEqual(deaths.length)
    expect(bed.receiver.receipts.filter(({ path }) => path === '/1')).toHaveLength(4)
    expect(await webhook()).toMatchObject({ enabled: false, disabled_reason: 'failing' })
  })
})
