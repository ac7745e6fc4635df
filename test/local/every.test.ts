import { expect, it } from 'vitest'
import { Every } from '../../local/every.ts'

const silent = { info: () => {}, error: () => {} }

it('runs at once and then again and again, never twice at a time', async () => {
  let running = 0
  let most = 0
  let runs = 0
  await new Promise<void>((resolve) => {
    const task = async () => {
      most = Math.max(most, ++running)
      // Longer than the period, so that runs would overlap if they could.
      await new Promise((done) => setTimeout(done, 5))
      running--
      if (++runs === 5) resolve(every.stop())
    }
    const every = new Every(1, task, silent)
    every.start()
    expect(running).toBe(1)
  })
  expect(most).toBe(1)
})

it('says what failed and tries again next time', async () => {
  const errors: unknown[] = []
  let runs = 0
  let every: Every | undefined
  await new Promise<void>((resolve) => {
    const task = async () => {
      if (++runs === 1) throw new Error('the store is down')
      resolve()
    }
    every = new Every(1, task, { ...silent, error: (message, fields) => errors.push({ message, fields }) })
    every.start()
  })
  await every?.stop()
  expect(errors).toEqual([
    { message: 'a periodic task failed', fields: { error: 'Error: the store is down' } },
  ])
})

it('stops only when the run that is under way is over, and runs no more', async () => {
  let release = () => {}
  let runs = 0
  const every = new Every(
    1,
    async () => {
      runs++
      await new Promise<void>((resolve) => {
        release = resolve
      })
    },
    silent,
  )
  every.start()
  let isStopped = false
  const stopped = every.stop().then(() => {
    isStopped = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isStopped).toBe(false)
  release()
  await stopped
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(runs).toBe(1)
})
