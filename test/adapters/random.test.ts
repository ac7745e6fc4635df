import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import {
  newEventId,
  newRun,
  newSecret,
  newSourceId,
  newTokenId,
  newTokenSecret,
  newWebhookId,
} from '../../functions/adapters/random.ts'
import { isId, timeOfId } from '../../functions/domain/ids.ts'
import { isSigningSecret } from '../../functions/domain/signature.ts'
import { builtAt } from '../support/builders.ts'

const many = (make: () => string, count = 3_000) => Array.from({ length: count }, make)

describe('new ids', () => {
  it.each([
    ['evt', newEventId],
    ['whk', newWebhookId],
    ['src', newSourceId],
    ['tok', newTokenId],
  ] as const)('of kind %s have its form and the time given', (kind, make) => {
    const id = make(builtAt)
    expect([isId(kind, id), timeOfId(id)]).toEqual([true, builtAt])
  })

  it('differ, though the time is the same', () => {
    expect(new Set(many(() => newEventId(builtAt))).size).toBe(3_000)
    // Six characters hold 30 bits: among 300 ids two are alike once in 24,000 times.
    expect(new Set(many(() => newRun(builtAt), 300)).size).toBeGreaterThanOrEqual(299)
  })

  it('use every character of chance', () => {
    const characters = new Set(many(() => newEventId(builtAt)).flatMap((id) => [...id.slice(14)]))
    expect([...characters].toSorted().join('')).toBe('0123456789abcdefghjkmnpqrstvwxyz')
  })
})

describe('newSecret', () => {
  it('has 256 bits, and standardwebhooks takes it', () => {
    for (const secret of many(newSecret, 100)) {
      expect(isSigningSecret(secret)).toBe(true)
      expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32)
      expect(() => new Webhook(secret)).not.toThrow()
    }
  })

  it('differs each time', () => {
    expect(new Set(many(newSecret)).size).toBe(3_000)
  })
})

describe('newTokenSecret', () => {
  it('has a prefix to search for and 256 bits in characters that need no quoting', () => {
    for (const token of many(newTokenSecret, 100)) {
      expect(token).toMatch(/^sgwh_[A-Za-z0-9_-]{43}$/)
    }
    expect(new Set(many(newTokenSecret)).size).toBe(3_000)
  })
})
