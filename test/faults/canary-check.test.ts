import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newSecret, newTokenSecret } from '../../functions/adapters/random.ts'
import { findings } from '../support/canaries.ts'

const canary = { name: 'the canary', secret: 'a canary: no/secret+at all' }
const place = (bytes: Buffer | string) => [{ name: 'a log line', bytes: Buffer.from(bytes) }]

describe('the search for secrets', () => {
  it.each<[string, string]>([
    ['plain', canary.secret],
    ['plain in hex', Buffer.from(canary.secret).toString('hex')],
    ['plain in upper-case hex', Buffer.from(canary.secret).toString('hex').toUpperCase()],
    ['percent-encoded', encodeURIComponent(canary.secret)],
  ])('finds a secret %s', (form, leak) => {
    expect(findings([canary], place(`"error": "no ${leak}"`))).toEqual([`the canary, ${form}, in a log line`])
  })

  it.each(['base64', 'base64url'] as const)('finds a secret in %s, whatever stands around it', (encoding) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ minLength: 16, maxLength: 40 }),
        fc.uint8Array({ maxLength: 20 }),
        (before, key, after) => {
          const secret = `whsec_${Buffer.from(key).toString('base64')}`
          const text = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding)
          expect(findings([{ name: 'it', secret }], place(text)).join()).toContain(`it, plain in ${encoding}`)
          const raw = Buffer.concat([before, key, after]).toString(encoding)
          expect(findings([{ name: 'it', secret }], place(raw)).join()).toContain(
            `it, its key in ${encoding}`,
          )
        },
      ),
    )
  })

  it.each([newSecret, newTokenSecret])('finds a secret that was made, without its prefix too', (make) => {
    const secret = make()
    const text = secret.slice(secret.indexOf('_') + 1)
    expect(findings([{ name: 'it', secret }], place(text)).join()).toContain('it, without its prefix')
  })

  it('finds nothing where there is nothing', () => {
    const canaries = Array.from({ length: 20 }, (_, nth) => ({ name: String(nth), secret: newSecret() }))
    expect(findings(canaries, place(randomBytes(1_000_000)))).toEqual([])
    expect(findings(canaries, place(randomBytes(100_000).toString('base64')))).toEqual([])
  })

  it('lets a secret be shown where it is meant to be, and nowhere else', () => {
    const shown = { ...canary, shownIn: 'its own answer' }
    const places = ['its own answer', 'another'].map((name) => ({ name, bytes: Buffer.from(canary.secret) }))
    expect(findings([shown], places)).toEqual(['the canary, plain, in another'])
  })

  it('takes no secret so short that it is found by chance', () => {
    expect(() => findings([{ name: 'it', secret: 'short' }], [])).toThrow('too short')
  })
})
