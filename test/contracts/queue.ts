import { describe, expect, it } from 'vitest'
import type { Outgoing, Queue } from '../../functions/domain/messages.ts'
import type { QueueLevel } from '../../functions/use-cases/queue-levels.ts'
import { type Open, perTest } from './harness.ts'

/** A message as a worker gets it. */
export interface ReceivedMessage {
  readonly body: string
  /** How often it has been handed out, this time included. */
  readonly receiveCount: number
}

export type Body = { readonly text: string }

/** A queue with what feeds its workers: for SQS, what Lambda's event source does. */
export interface QueuePorts<Message extends ReceivedMessage = ReceivedMessage> {
  readonly queue: Queue<Body> & {
    /** Hands out messages that are due, in batches; none when nothing is. May hand out fewer than there are. */
    receive(limit: number): Promise<readonly (readonly Message[])[]>
    /** Ends a batch: the done are gone, the others are handed out again from `retryAt` on. */
    finish(
      batch: readonly Message[],
      how: { isDone: (message: Message) => boolean; retryAt: number },
    ): Promise<void>
  }
  /** How much waits, as people are shown it. */
  readonly level: () => Promise<QueueLevel | undefined>
}

/** How often a message is handed out before it is given up: an adapter under test is opened with it. */
export const maxReceives = 3

const textOf = ({ body }: ReceivedMessage): string => JSON.parse(body).text

/** What every queue does, as far as SQS does it too: nothing is lost, nothing comes early, order is not promised. */
export function queueContract<Message extends ReceivedMessage>(
  name: string,
  open: Open<QueuePorts<Message>>,
): void {
  describe(`the queue of ${name}`, () => {
    const given = perTest(open)
    const message = (text: string, over: Partial<Outgoing<Body>> = {}) => ({
      id: text,
      body: { text },
      ...over,
    })
    /** Takes batches until none comes. */
    const receiveAll = async () => {
      const all: (readonly Message[])[] = []
      for (;;) {
        const batches = await given().queue.receive(10)
        if (batches.length === 0) return all
        all.push(...batches)
      }
    }
    const textsDue = async () => (await receiveAll()).flat().map(textOf).sort()
    const finishAll = async (
      batches: readonly (readonly Message[])[],
      isDone: (message: Message) => boolean,
      retryAt = given().clock.now(),
    ) => {
      for (const batch of batches) await given().queue.finish(batch, { isDone, retryAt })
    }

    it('hands out what was sent, its body as it was', async () => {
      const { queue } = given()
      const text = '{"a":"naïve \u0000 \uffff 🌍 \\u003c"}\r\n\t'
      expect(await queue.send([message(text, { id: 'm', group: 'g' })])).toEqual([])
      const [[received, ...more] = [], ...others] = await receiveAll()
      expect(received && textOf(received)).toBe(text)
      expect(received?.receiveCount).toBe(1)
      expect([...more, ...others]).toEqual([])
    })

    it('has nothing before anything was sent', async () => {
      expect(await given().queue.send([])).toEqual([])
      expect(await given().queue.receive(10)).toEqual([])
    })

    it('takes many messages at once, large ones too', async () => {
      const filling = 'x'.repeat(40_000)
      const many = Array.from({ length: 45 }, (_, nth) =>
        message(`${100 + nth} ${filling}`, { id: `m${nth}`, group: `g${nth % 4}` }),
      )
      expect(await given().queue.send(many)).toEqual([])
      expect(await textsDue()).toEqual(many.map(({ body }) => body.text))
    })

    it('hands out no more than asked for', async () => {
      const { queue } = given()
      await queue.send(['a', 'b', 'c'].map((text) => message(text, { group: text })))
      const first = (await queue.receive(2)).flat()
      expect(first.length).toBeGreaterThan(0)
      expect(first.length).toBeLessThanOrEqual(2)
      expect([...first.map(textOf), ...(await textsDue())].sort()).toEqual(['a', 'b', 'c'])
    })

    it('holds a message back until its time', async () => {
      const { queue, clock } = given()
      await queue.send([
        message('now'),
        message('past', { notBefore: clock.now() - 60_000 }),
        message('soon', { notBefore: clock.now() + 5_000 }),
        message('late', { notBefore: clock.now() + 15 * 60_000 }),
      ])
      expect(await textsDue()).toEqual(['now', 'past'])
      await clock.advance(4_000)
      expect(await textsDue()).toEqual([])
      await clock.advance(1_000)
      expect(await textsDue()).toEqual(['soon'])
      await clock.advance(15 * 60_000 - 5_000)
      expect(await textsDue()).toEqual(['late'])
    })

    it('hands out no message that is in flight', async () => {
      const { queue } = given()
      await queue.send([message('a', { group: 'g' })])
      expect(await textsDue()).toEqual(['a'])
      expect(await textsDue()).toEqual([])
      await queue.send([message('b', { group: 'g' })])
      expect(await textsDue()).toEqual(['b'])
    })

    it('has no more of a message that is done', async () => {
      const { queue, clock } = given()
      await queue.send([message('a')])
      await finishAll(await receiveAll(), () => true)
      await clock.advance(60_000)
      expect(await textsDue()).toEqual([])
      await queue.send([message('a')])
      expect(await textsDue()).toEqual(['a'])
    })

    it('hands out again what is not done, when it is to be tried again, and nothing else of its batch', async () => {
      const { queue, clock } = given()
      await queue.send([message('good', { group: 'g' }), message('bad', { group: 'g' })])
      await finishAll(await receiveAll(), (received) => textOf(received) === 'good', clock.now() + 3_000)
      await clock.advance(2_000)
      expect(await textsDue()).toEqual([])
      await clock.advance(1_000)
      const again = (await receiveAll()).flat()
      expect(again.map(textOf)).toEqual(['bad'])
      expect(again[0]?.receiveCount).toBe(2)
    })

    it('gives up a message that was handed out as often as may be, and no other', async () => {
      const { queue, level } = given()
      await queue.send([message('poison', { group: 'g' }), message('good', { group: 'g' })])
      const receiveCounts: number[] = []
      for (let nth = 0; nth < maxReceives; nth++) {
        const batches = await receiveAll()
        receiveCounts.push(...batches.flat().map(({ receiveCount }) => receiveCount))
        await finishAll(batches, (received) => textOf(received) === 'good')
      }
      expect(receiveCounts).toEqual([1, 1, 2, 3])
      expect(await level()).toMatchObject({ deadLetters: 0 })
      await queue.send([message('later', { group: 'g' })])
      expect(await textsDue()).toEqual(['later'])
      expect(await textsDue()).toEqual([])
      expect(await level()).toMatchObject({ deadLetters: 1 })
    })

    it('tells how much is due and how much delayed, without what is in flight', async () => {
      const { queue, level, clock } = given()
      expect(await level()).toMatchObject({ due: 0, delayed: 0, deadLetters: 0 })
      const later = { notBefore: clock.now() + 5_000 }
      await queue.send([message('a', { group: 'g' }), message('b'), message('c', later), message('d', later)])
      expect(await level()).toMatchObject({ due: 2, delayed: 2, deadLetters: 0 })
      await receiveAll()
      expect(await level()).toMatchObject({ due: 0, delayed: 2, deadLetters: 0 })
    })
  })
}
