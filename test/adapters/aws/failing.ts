import { expect } from 'vitest'
import { Unavailable } from '../../../functions/domain/errors.ts'
import type { Tables } from '../../contracts/dynalite-table.ts'

/** Does some work of which the nth call of that kind is throttled, and sees it fail for that. Calls count from 1. */
export async function failing(
  { client }: Pick<Tables, 'client'>,
  command: string,
  nth: number,
  work: () => Promise<unknown>,
): Promise<void> {
  let calls = 0
  const name = 'throttle'
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === command) calls += 1
        if (commandName !== command || calls !== nth) return next(args)
        throw Object.assign(new Error('Too much.'), { name: 'ThrottlingException' })
      },
    { step: 'initialize', name },
  )
  try {
    await expect(work()).rejects.toBeInstanceOf(Unavailable)
  } finally {
    client.middlewareStack.remove(name)
  }
}
