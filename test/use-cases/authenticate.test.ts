import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Unauthenticated } from '../../functions/domain/errors.ts'
import { authenticate } from '../../functions/use-cases/authenticate.ts'
import { aToken } from '../support/builders.ts'
import { openTestEngine, type TestEngine } from '../support/engine.ts'

const plain = 'sgwh_0123456789abcdef'

describe('authenticate', () => {
  let engine: TestEngine

  beforeEach(async () => {
    engine = await openTestEngine()
  })

  afterEach(() => engine.close())

  it.each([`Bearer ${plain}`, `bearer ${plain}`, `BEARER   ${plain} `])(
    'knows the token in "%s"',
    async (header) => {
      const token = aToken({}, plain)
      await engine.tokens.create(token)
      expect(await authenticate(engine, header)).toEqual(token)
    },
  )

  it.each([
    { header: undefined, words: 'Send a token' },
    { header: '', words: 'must read "Bearer <token>"' },
    { header: 'Bearer', words: 'must read "Bearer <token>"' },
    { header: 'Bearer ', words: 'must read "Bearer <token>"' },
    { header: plain, words: 'must read "Bearer <token>"' },
    { header: `Basic ${plain}`, words: 'must read "Bearer <token>"' },
    { header: `Bearer ${plain} ${plain}`, words: 'must read "Bearer <token>"' },
    { header: `Bearer ${plain}\n`, words: 'must read "Bearer <token>"' },
    { header: 'Bearer naïve', words: 'must read "Bearer <token>"' },
    { header: `Bearer ${plain}0`, words: 'There is no such token' },
    { header: `Bearer ${plain.slice(0, -1)}`, words: 'There is no such token' },
    { header: `Bearer ${plain.toUpperCase()}`, words: 'There is no such token' },
  ])('refuses $header', async ({ header, words }) => {
    await engine.tokens.create(aToken({}, plain))
    const refused = authenticate(engine, header)
    await expect(refused).rejects.toThrow(Unauthenticated)
    await expect(refused).rejects.toThrow(words)
    await expect(refused).rejects.not.toThrow(plain)
  })

  it('does not take the hash of a token for the token', async () => {
    const token = aToken({}, plain)
    await engine.tokens.create(token)
    await expect(authenticate(engine, `Bearer ${token.hash}`)).rejects.toThrow('There is no such token')
  })

  it('refuses a token that was revoked', async () => {
    const token = aToken({}, plain)
    await engine.tokens.create(token)
    await engine.tokens.remove(token.id)
    await expect(authenticate(engine, `Bearer ${plain}`)).rejects.toThrow('or it was revoked')
  })

  it('takes a token until the moment it expires', async () => {
    const token = aToken({ expiresAt: engine.now() + 1_000 }, plain)
    await engine.tokens.create(token)
    engine.advance(999)
    expect(await authenticate(engine, `Bearer ${plain}`)).toMatchObject({ id: token.id })
    engine.advance(1)
    await expect(authenticate(engine, `Bearer ${plain}`)).rejects.toThrow(
      `The token ${token.id} expired at ${new Date(engine.now()).toISOString()}.`,
    )
  })
})
