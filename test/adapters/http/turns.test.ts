import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Turns } from '../../../functions/adapters/http/turns.ts'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('Turns', () => {
  it('starts at once while there is room, and then in order', async () => {
    const turns = new Turns(2)
    const started: number[] = []
    for (const task of [1, 2, 3, 4]) turns.take('a', () => started.push(task))
    expect(started).toEqual([1, 2])
    turns.end('a')
    turns.end('a')
    await nextTurn()
    expect(started).toEqual([1, 2, 3, 4])
  })

  it('counts each key for itself', () => {
    const turns = new Turns(1)
    const started: string[] = []
    for (const key of ['a', 'b', 'a']) turns.take(key, () => started.push(key))
    expect(started).toEqual(['a', 'b'])
  })

  it('never starts what was given up', async () => {
    const turns = new Turns(1)
    const started: string[] = []
    const givenUp = () => started.push('given up')
    turns.take('a', () => started.push('first'))
    turns.take('a', givenUp)
    turns.take('a', () => started.push('third'))
    turns.forgo('a', givenUp)
    turns.end('a')
    await nextTurn()
    expect(started).toEqual(['first', 'third'])
  })

  it('starts everything that is not given up, never more than the limit at once', async () => {
    const step = fc.constantFrom('take', 'end', 'forgo')
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, limit) => {
          const turns = new Turns(limit)
          const waiting = new Set<() => void>()
          let underWay = 0
          let taken = 0
          let started = 0
          let forgone = 0
          const end = async () => {
            underWay--
            turns.end('a')
            await nextTurn()
          }
          for (const what of steps) {
            const [oldest] = waiting
            if (what === 'take') {
              const start = () => {
                waiting.delete(start)
                underWay++
                started++
                expect(underWay).toBeLessThanOrEqual(limit)
              }
              waiting.add(start)
              taken++
              turns.take('a', start)
            } else if (what === 'end' && underWay > 0) {
              await end()
            } else if (what === 'forgo' && oldest !== undefined) {
              waiting.delete(oldest)
              forgone++
              turns.forgo('a', oldest)
            }
          }
          while (underWay > 0) await end()
          expect(started).toBe(taken - forgone)
        },
      ),
    )
  })
})
