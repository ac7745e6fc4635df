import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { awaitAnswer } from '../../functions/use-cases/await-answer.ts'
import { answered } from '../support/builders.ts'

const request = { url: 'https://receiver.example/hook', headers: {}, body: new Uint8Array() }
const slow = { afterMs: 100, mostInFlight: 50 }

describe('awaitAnswer', () => {
  let busy: number
  let silences: number[]

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
    busy = 0
    silences = []
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  const sendTo = (answersAfterMs: number, slowAfter: typeof slow | null = slow) =>
    awaitAnswer(
      {
        sender: {
          send: () => new Promise((resolve) => setTimeout(() => resolve(answered(200)), answersAfterMs)),
        },
        now: Date.now,
        busyMs: () => busy,
      },
      request,
      slowAfter ?? undefined,
      async () => {
        silences.push(Date.now())
        throw new Error('Nobody hears this.')
      },
    )

  it.each([
    [99, []],
    [1_000, [100]],
  ])('tells of one that takes %d ms at %j', async (ms, at) => {
    const sent = sendTo(ms)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await sent).toEqual({ outcome: answered(200), waitedMs: ms })
    expect(silences).toEqual(at)
  })

  it('does not count the time in which the process was at work', async () => {
    const sent = sendTo(180)
    busy = 60
    await vi.advanceTimersByTimeAsync(120)
    busy = 90
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await sent).toMatchObject({ waitedMs: 90 })
    expect(silences).toEqual([])
  })

  it('tells all the same when the rest is long', async () => {
    const sent = sendTo(1_000)
    busy = 60
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await sent).toMatchObject({ waitedMs: 940 })
    expect(silences).toEqual([160])
  })

  it('waits in peace where no receiver counts as slow', async () => {
    const sent = sendTo(1_000, null)
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await sent).outcome).toEqual(answered(200))
    expect(silences).toEqual([])
  })
})
