import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { builtAt } from '../../support/builders.ts'
import { aQueue, messages, url } from './fake-queue.ts'

describe('SqsQueue', () => {
  it('sends again those that failed, and only those', async () => {
    const failing = ['t2', 't5', 't6']
    const { queue, sent, pauses } = await aQueue((text, nth) =>
      nth === 1 && failing.includes(text) ? 'failed' : 'taken',
    )
    expect(await queue.send(messages(10))).toEqual([])
    expect(sent()).toEqual([messages(10).map(({ body }) => body.text), failing])
    expect(pauses).toHaveLength(1)
  })

  it('names those that fail every time, after three more tries', async () => {
    const { queue, sent, pauses, logged } = await aQueue((text) => (text === 't1' ? 'failed' : 'taken'))
    expect(await queue.send(messages(3))).toEqual(['dlv_1/1'])
    expect(sent()).toEqual([['t0', 't1', 't2'], ['t1'], ['t1'], ['t1']])
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses)
    expect(logged[0]).toEqual({ queue: url, count: 1, code: 'InternalError' })
  })

  it('does not try again with a message that is at fault itself', async () => {
    const { queue, sent } = await aQueue((text) => (text === 't1' ? 'at fault' : 'taken'))
    expect(await queue.send(messages(3))).toEqual(['dlv_1/1'])
    expect(sent()).toEqual([['t0', 't1', 't2']])
  })

  it('packs those that failed in different requests into one', async () => {
    const failing = ['t3', 't13', 't23']
    const { queue, sent } = await aQueue((text, nth) =>
      nth <= 3 && failing.includes(text) ? 'failed' : 'taken',
    )
    expect(await queue.send(messages(25))).toEqual([])
    expect(sent().slice(3)).toEqual([failing])
  })

  it('names the messages of a request that was refused as a whole, and says why in the log', async () => {
    const { queue, sent, logged } = await aQueue((text) =>
      text === 't12' ? { error: 'com.amazonaws.sqs#RequestThrottled' } : 'taken',
    )
    const refused = await queue.send(messages(25))
    expect(refused).toEqual(
      messages(20)
        .slice(10)
        .map(({ id }) => id),
    )
    expect(sent()).toHaveLength(3)
    expect(logged).toEqual([{ queue: url, count: 10, code: 'RequestThrottled' }])
  })

  it.each([
    ['RequestThrottled', Unavailable],
    ['AccessDenied', Error],
  ])('rejects when all it hears is %s', async (error, kind) => {
    const { queue, logged } = await aQueue(() => ({ error }))
    await expect(queue.send(messages(2))).rejects.toBeInstanceOf(kind)
    expect(logged).toEqual([{ queue: url, count: 2, code: error }])
  })

  it('asks nothing when there is nothing to send', async () => {
    const { queue, sent } = await aQueue()
    expect(await queue.send([])).toEqual([])
    expect(sent()).toEqual([])
  })

  it('names the group where there is one, and the queue by its URL', async () => {
    const { queue, requests } = await aQueue()
    await queue.send([
      { id: 'a', body: { text: 'a' }, group: 'whk_1' },
      { id: 'b', body: { text: 'b' } },
    ])
    expect(requests()).toEqual([
      {
        QueueUrl: url,
        Entries: [
          { Id: '0', MessageBody: '{"text":"a"}', MessageGroupId: 'whk_1' },
          { Id: '1', MessageBody: '{"text":"b"}' },
        ],
      },
    ])
  })

  it.each([
    [undefined, undefined],
    [-60_000, undefined],
    [0, undefined],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [899_001, 900],
    [900_000, 900],
    [900_001, 900],
    [86_400_000, 900],
  ])('waits %s ms as %s whole seconds, never less and at most 15 minutes', async (waitMs, seconds) => {
    const { queue, requests } = await aQueue()
    await queue.send(messages(1, { notBefore: waitMs === undefined ? undefined : builtAt + waitMs }))
    expect(requests()[0]?.Entries[0]?.DelaySeconds).toBe(seconds)
  })

  it('packs large messages by their bytes, not their characters', async () => {
    const { queue, sent } = await aQueue()
    const text = 'ä'.repeat(200_000)
    await queue.send(Array.from({ length: 5 }, (_, nth) => ({ id: `${nth}`, body: { text } })))
    expect(
      sent()
        .map(({ length }) => length)
        .sort(),
    ).toEqual([1, 2, 2])
  })

  it('sends only characters that SQS hands out unchanged', async () => {
    const { queue, requests } = await aQueue()
    const text = '\u0000\u0008 naïve \u2028 \ud800 \ufffd\ufffe\uffff 🌍'
    await queue.send([{ id: 'a', body: { text } }])
    const body = requests()[0]?.Entries[0]?.MessageBody ?? ''
    expect(body).toMatch(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd]+$/)
    expect(JSON.parse(body)).toEqual({ text })
  })

  it('has no more than sixteen requests under way at once', async () => {
    const { queue, sent, atOnce } = await aQueue()
    expect(await queue.send(messages(500))).toEqual([])
    expect(sent().flat()).toHaveLength(500)
    expect(atOnce.most).toBe(16)
  })
})
