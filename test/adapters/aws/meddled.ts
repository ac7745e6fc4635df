import type { Tables } from '../../contracts/dynalite-table.ts'

/** Something done to a call on its way: `send` lets it reach the table. */
export type Meddling = <Answer>(send: () => Promise<Answer>) => Promise<Answer>

/** The SDK missed the first answer, and sends the call once more. */
export const twice: Meddling = async (send) => {
  await send()
  return send()
}

/** The table takes no such calls now. */
export const throttled: Meddling = async () => {
  throw Object.assign(new Error('Too much.'), { name: 'ThrottlingException' })
}

/** Does some work while all calls of one kind are meddled with. */
export async function meddled(
  { client }: Pick<Tables, 'client'>,
  command: string,
  meddling: Meddling,
  work: () => Promise<unknown>,
): Promise<void> {
  const name = 'meddling'
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        commandName === command ? meddling(() => next(args)) : next(args),
    { step: 'initialize', name },
  )
  try {
    await work()
  } finally {
    client.middlewareStack.remove(name)
  }
}
