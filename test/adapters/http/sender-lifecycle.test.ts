import type { Socket } from 'node:net'
import { setDefaultCACertificates } from 'node:tls'
import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { HttpSender } from '../../../functions/adapters/http/http-sender.ts'
import { TestAuthority } from '../../support/certificates.ts'
import { RawReceiver } from '../../support/raw-receiver.ts'
import { aRequest, aSender } from '../../support/sender.ts'

const authority = new TestAuthority('An authority')
const certificate = authority.issue({ names: ['127.0.0.1'] })
const deadlineMs = 2_000
const idleMs = 4_000
const loopTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

const answerOf = (id: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${id.length}\r\n\r\n${id}`
const later = (socket: Socket, what: () => unknown) => setImmediate(() => socket.destroyed || what())

/** What a receiver does with a request; each lets the end of the answer, of the connection and of the time meet otherwise. */
const behaviours: Readonly<Record<string, (socket: Socket, id: string) => unknown>> = {
  answers: (socket, id) => socket.write(answerOf(id)),
  'answers a turn of the loop later': (socket, id) => later(socket, () => socket.write(answerOf(id))),
  'answers in two pieces': (socket, id) => {
    socket.write(answerOf(id).slice(0, 25))
    later(socket, () => socket.write(answerOf(id).slice(25)))
  },
  'answers and ends': (socket, id) => socket.end(answerOf(id)),
  'answers and ends later': (socket, id) => socket.write(answerOf(id), () => socket.end()),
  'answers and resets': (socket, id) => socket.write(answerOf(id), () => socket.destroy()),
  'answers more than once': (socket, id) => socket.write(answerOf(id).repeat(2)),
  'answers without an end': (socket, id) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${id}`),
  'answers with too much': (socket, id) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${id}${'x'.repeat(99_000)}`),
  'ends in the head': (socket, id) => socket.end(answerOf(id).slice(0, 25)),
  'resets in the head': (socket, id) => socket.write(answerOf(id).slice(0, 25), () => socket.destroy()),
  'says something else': (socket) => socket.write('hello'),
  hangs: () => {},
  ends: (socket) => socket.end(),
  resets: (socket) => socket.destroy(),
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      send: fc.constantFrom(...Object.keys(behaviours)),
      bytes: fc.constantFrom(2, 300_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ turns: fc.integer({ min: 1, max: 8 }) }) },
  // Of a deadline, or until idle connections are closed.
  { weight: 1, arbitrary: fc.record({ passMs: fc.constantFrom(500, deadlineMs, idleMs) }) },
)

/** A receiver that does what the path says. `Hold` holds its answers back. */
async function anObedientReceiver(secure: boolean) {
  const ids: string[] = []
  const held: (() => void)[] = []
  const receiver = await RawReceiver.start({
    ...(secure ? { tls: certificate } : {}),
    onRequest: (socket, { head }) => {
      const [, what = '', id = ''] = decodeURIComponent(head.split(' ')[1] ?? '').split('/')
      ids.push(id)
      if (what === 'hold') held.push(() => socket.write(answerOf(id)))
      else behaviours[what]?.(socket, id)
    },
  })
  const urlOf = (what: string, id: number) =>
    `http${secure ? 's' : ''}://127.0.0.1:${receiver.port}/${encodeURIComponent(what)}/${id}`
  return { receiver, ids, held, urlOf }
}

type Obedient = Awaited<ReturnType<typeof anObedientReceiver>>

/** As many requests as the limit says are under way at once: no turn was lost, and none given twice. */
async function expectAllTurns(sender: HttpSender, { receiver, held, urlOf }: Obedient, limit: number) {
  const sending = Array.from({ length: limit + 2 }, (_, index) =>
    sender.send(aRequest(urlOf('hold', -index))),
  )
  await receiver.until(() => held.length >= limit)
  for (let turn = 0; turn < 5; turn++) await loopTurn()
  expect(held).toHaveLength(limit)
  for (let released = 0; released < limit + 2; released++) {
    await receiver.until(() => held.length > 0)
    held.shift()?.()
  }
  for (const outcome of await Promise.all(sending))
    expect(outcome).toMatchObject({ response: { status: 200 } })
}

it('settles every request once and ends every turn once, whatever meets', { timeout: 60_000 }, async () => {
  setDefaultCACertificates([authority.certificate])
  // Deadlines come when the steps say so, however busy the machine is.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (steps, limit, secure) => {
        const obedient = await anObedientReceiver(secure)
        const sender = aSender({ deadlineMs, maxConnectionsPerOrigin: limit })
        const sending: Promise<void>[] = []
        let open = 0
        for (const [id, one] of steps.entries()) {
          if ('turns' in one) for (let turn = 0; turn < one.turns; turn++) await loopTurn()
          else if ('passMs' in one) vi.advanceTimersByTime(one.passMs)
          else {
            open++
            const request = aRequest(obedient.urlOf(one.send, id), { body: Buffer.alloc(one.bytes, 'x') })
            const settled = sender.send(request).then((outcome) => {
              open--
              // Of its own answer, however much of it came.
              if (outcome.kind === 'response')
                expect(String(outcome.response.body).startsWith(String(id))).toBe(true)
            })
            sending.push(settled)
          }
        }
        for (let round = 0; open > 0; round++) {
          vi.advanceTimersByTime(deadlineMs)
          await loopTurn()
          expect(round).toBeLessThan(50)
        }
        await Promise.all(sending)
        expect(new Set(obedient.ids).size).toBe(obedient.ids.length)
        // Those that are idle close: one that ends in the next moment would fail what comes now, as it should.
        vi.advanceTimersByTime(idleMs)
        await obedient.receiver.until(() => obedient.receiver.openConnections === 0)
        await expectAllTurns(sender, obedient, limit)
        sender.close()
        await obedient.receiver.until(() => obedient.receiver.openConnections === 0)
        await obedient.receiver.close()
      },
    ),
    { numRuns: 150 },
  )
})
