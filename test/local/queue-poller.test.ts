import type { SQSEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { allDone, bodiesOf, openPolledQueue } from './polled-queue.ts'

describe('what QueuePoller hands over', () => {
  let polled: Awaited<ReturnType<typeof openPolledQueue>>

  beforeEach(async () => {
    polled = await openPolledQueue()
  })

  afterEach(() => polled.close())

  it('hands over what waits at the start and what is sent later, and takes it off the queue', async () => {
    const handled: string[] = []
    await polled.send(3, 'before')
    polled.poll(async (batch) => {
      handled.push(...bodiesOf(batch))
      return allDone
    })
    await polled.send(2, 'after')
    await polled.isEmpty()
    expect(handled.sort()).toEqual(['after0', 'after1', 'before0', 'before1', 'before2'])
  })

  it('hands over batches of at most ten messages, of one group each', async () => {
    const batches: string[][] = []
    await polled.send(25, 'a')
    await polled.send(5, 'b')
    polled.poll(async (batch) => {
      batches.push(bodiesOf(batch))
      return allDone
    })
    await polled.isEmpty()
    expect(batches.map((batch) => batch.length).sort((a, b) => a - b)).toEqual([5, 5, 10, 10])
    for (const batch of batches) expect(new Set(batch.map((body) => body[0])).size).toBe(1)
  })

  it('hands over a batch as SQS does', async () => {
    await polled.send(1)
    const batch = await new Promise<SQSEvent>((resolve) => {
      polled.poll(async (handed) => {
        resolve(handed)
        return allDone
      })
    })
    expect(batch.Records).toMatchObject([
      {
        messageId: 'g0',
        body: '"g0"',
        attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'g' },
        eventSource: 'aws:sqs',
        eventSourceARN: expect.stringMatching(/:delivery$/),
      },
    ])
    await polled.isEmpty()
  })

  it('hands over again only what failed, later each time', async () => {
    const rounds: { bodies: string[]; receives: string | undefined }[] = []
    polled.poll(async (batch) => {
      rounds.push({
        bodies: bodiesOf(batch),
        receives: batch.Records[0]?.attributes.ApproximateReceiveCount,
      })
      return { batchItemFailures: [{ itemIdentifier: 'g1' }] }
    })
    await polled.send(3)
    const roundsOf = (body: string) => rounds.filter(({ bodies }) => bodies.includes(body))
    for (const [nth, waitMs] of [1_000, 2_000, 4_000].entries()) {
      await until(() => polled.waiting().every(({ dueAt }) => dueAt === polled.now() + waitMs))
      polled.advance(waitMs)
      // Anything that is sent has the poller look, though the clock of the test is not its timer's.
      await polled.send(1, `wake${waitMs}`)
      await until(() => roundsOf(`wake${waitMs}0`).length === 1 && roundsOf('g1').length === nth + 2)
    }
    const ofFailed = roundsOf('g1')
    expect(ofFailed.map(({ bodies }) => bodies)).toEqual([['g0', 'g1', 'g2'], ['g1'], ['g1'], ['g1']])
    expect(ofFailed.map(({ receives }) => receives)).toEqual(['1', '2', '3', '4'])
  })

  it('never makes a message wait more than a minute for its next turn', async () => {
    await polled.send(1)
    polled.database.exec('update messages set receive_count = 18')
    polled.poll(async () => ({ batchItemFailures: [{ itemIdentifier: 'g0' }] }))
    await until(() => polled.waiting()[0]?.dueAt === polled.now() + 60_000)
  })

  it('keeps the whole batch when the handler throws, says so, and goes on', async () => {
    const handled: string[] = []
    await polled.send(3, 'bad')
    polled.poll(async (batch) => {
      if (bodiesOf(batch)[0] === 'bad0') throw new Error('the handler broke')
      handled.push(...bodiesOf(batch))
      return allDone
    })
    await until(() => polled.logged.length > 0)
    await polled.send(2, 'good')
    await until(() => handled.length === 2)
    await until(() => polled.waiting().length === 3)
    expect(polled.waiting().every(({ dueAt }) => dueAt === polled.now() + 1_000)).toBe(true)
    expect(polled.logged).toEqual([
      {
        message: 'a batch failed as a whole',
        fields: { queue: 'delivery', error: 'Error: the handler broke' },
      },
    ])
  })
})
