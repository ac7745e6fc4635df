import { describe, expect, it } from 'vitest'
import { WithOperatorToken } from '../../../functions/adapters/aws/operator-token.ts'
import { type Token, tokenHash } from '../../../functions/domain/token.ts'
import { authenticate } from '../../../functions/use-cases/authenticate.ts'

const stored: Token = {
  id: 'tok_stored',
  name: 'ci',
  hash: tokenHash('stored'),
  scopes: ['read'],
  createdAt: 0,
  expiresAt: null,
}

function aFinder(secrets: (string | Error)[]) {
  const clock = { nowMs: 0, reads: 0 }
  const tokens = new WithOperatorToken(
    { findByHash: async (hash) => (hash === stored.hash ? stored : undefined) },
    async () => {
      clock.reads += 1
      const secret = secrets.length > 1 ? secrets.shift() : secrets[0]
      if (secret instanceof Error) throw secret
      return secret ?? ''
    },
    () => clock.nowMs,
  )
  const enter = (token: string) => authenticate({ tokens, now: () => clock.nowMs }, `Bearer ${token}`)
  return { clock, enter }
}

describe("the operator's token", () => {
  it('opens everything, though it is in no table', async () => {
    const { enter } = aFinder(['first'])
    await expect(enter('first')).resolves.toMatchObject({
      name: 'operator',
      scopes: ['admin', 'read', 'publish'],
    })
  })

  it('leaves the tokens of the table as they are, and is not read for them', async () => {
    const { clock, enter } = aFinder(['first'])
    await expect(enter('stored')).resolves.toBe(stored)
    expect(clock.reads).toBe(0)
  })

  it('is no other text, nor its own hash', async () => {
    const { enter } = aFinder(['first'])
    for (const wrong of ['First', 'first1', tokenHash('first')])
      await expect(enter(wrong)).rejects.toThrow('There is no such token')
  })

  it('is read once in half a minute, and then as it is by now', async () => {
    const { clock, enter } = aFinder(['first', 'second'])
    await enter('first')
    clock.nowMs = 30_000 - 1
    await enter('first')
    expect(clock.reads).toBe(1)
    clock.nowMs = 30_000
    await expect(enter('first')).rejects.toThrow('There is no such token')
    await expect(enter('second')).resolves.toMatchObject({ name: 'operator' })
  })

  it('is asked for again after it could not be read', async () => {
    const { enter } = aFinder([new Error('down'), 'first'])
    await expect(enter('first')).rejects.toThrow('down')
    await expect(enter('first')).resolves.toMatchObject({ name: 'operator' })
  })
})
