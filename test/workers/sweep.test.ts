import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepHandler } from '../../functions/workers/sweep.ts'
import { lambdaContext } from '../../local/lambda-context.ts'
import { aDelivery } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

describe('the sweep worker', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  const sweep = (event: unknown = {}) => sweepHandler(engine, engine.log)(event, lambdaContext('sweep'))

  async function addDue(): Promise<string> {
    const [webhook, event] = [await engine.addWebhook(), await engine.addEvent()]
    const delivery = aDelivery({
      eventId: event.id,
      webhookId: webhook.id,
      status: 'retrying',
      attempts: 1,
      nextAttemptAt: engine.now(),
    })
    await engine.deliveries.record({ delivery, sweepAt: engine.now() })
    return delivery.id
  }

  it('queues one delivery that is due, and says so', async () => {
    const id = await addDue()
    await sweep()
    expect(engine.messages('delivery')).toMatchObject([{ id: `${id}/2` }])
    expect(engine.logged).toEqual([{ message: 'swept', fields: { queued: 1 } }])
  })

  it('queues several', async () => {
    for (let n = 0; n < 5; n++) await addDue()
    await sweep()
    expect(engine.messages('delivery')).toHaveLength(5)
  })

  it('queues the others when one cannot be queued, and fails so that it shows', async () => {
    const [first, second] = [await addDue(), await addDue()]
    const repair = engine.breakTable('messages', { when: `new.id like '${first}%'` })
    await expect(sweep()).rejects.toThrow('the disk is full')
    expect(engine.messages('delivery')).toMatchObject([{ id: `${second}/2` }])
    repair()
    await sweep()
    expect(engine.messages('delivery')).toHaveLength(2)
  })

  it.each([undefined, null, 'nonsense', { 'detail-type': 'Scheduled Event' }])(
    'runs whatever the scheduler sends: %s',
    async (event) => {
      await addDue()
      await sweep(event)
      expect(engine.messages('delivery')).toHaveLength(1)
    },
  )

  it('fails while the queue is down, and forgets nothing', async () => {
    await addDue()
    const repair = engine.breakTable('messages')
    await expect(sweep()).rejects.toThrow('the disk is full')
    repair()
    await sweep()
    expect(engine.messages('delivery')).toHaveLength(1)
  })

  it('says nothing when nothing is due', async () => {
    await sweep()
    expect(engine.logged).toEqual([])
  })
})
