import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import {
  isSigningSecret,
  signingKeys,
  sourcegraphSignature,
  standardSignature,
  verifySourcegraphSignature,
} from '../../functions/domain/signature.ts'

const batchChange = readFileSync(new URL('../../examples/batch-change.json', import.meta.url))
const anyText = fc.string({ unit: 'binary' })
const anyBody = fc
  .oneof(
    fc.json(),
    anyText.map((text) => JSON.stringify(text)),
  )
  .map((json) => Buffer.from(json))
const anyRawSecret = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((secret) => !secret.startsWith('whsec_'))
const anyBase64Secret = fc
  .uint8Array({ minLength: 1, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`)

describe("Sourcegraph's signature", () => {
  it.each([
    [
      'shared secret',
      Buffer.from('"test payload"'),
      'c75d651bb62ce08030fa42ff62fdeb2094953b6089bc672c9bf6262b5a6f93c8',
    ],
    ['A1B2C3D4E5F6', batchChange, '05ac4dcf6aeef364fbeb0748099ed99e04b2bbbb485557244f9d5016f557adf5'],
  ])('with the secret %s is that of the contract', (secret, body, signature) => {
    expect(sourcegraphSignature(signingKeys(secret).sourcegraph, body)).toBe(signature)
  })

  it("is the hex HMAC-SHA256 of the body under the secret's own bytes, whatever the secret's form", () => {
    fc.assert(
      fc.property(fc.oneof(anyRawSecret, anyBase64Secret), fc.uint8Array(), (secret, body) => {
        const signature = sourcegraphSignature(signingKeys(secret).sourcegraph, body)
        expect(signature).toBe(createHmac('sha256', secret).update(body).digest('hex'))
        expect(signature).toMatch(/^[0-9a-f]{64}$/)
      }),
    )
  })
})

describe('verifySourcegraphSignature', () => {
  const body = Buffer.from('{"id":"QmF0Y2hDaGFuZ2U6MTcz"}')
  const key = signingKeys('shared secret').sourcegraph
  const signature = sourcegraphSignature(key, body)

  it('accepts what sourcegraphSignature signs', () => {
    fc.assert(
      fc.property(anyRawSecret, fc.uint8Array(), (secret, bytes) => {
        const { sourcegraph } = signingKeys(secret)
        const signed = sourcegraphSignature(sourcegraph, bytes)
        expect(verifySourcegraphSignature(sourcegraph, bytes, signed)).toBe(true)
      }),
    )
  })

  it.each([
    ['no text', ''],
    ['one digit too few', signature.slice(1)],
    ['one digit too many', `${signature}0`],
    ['upper case', signature.toUpperCase()],
    ['a prefix', `sha256=${signature}`],
    ['a prefix in place of digits', `sha256=${signature.slice(7)}`],
    ['white space before', ` ${signature}`],
    ['a line end after', `${signature}\n`],
    ['two signatures', `${signature} ${signature}`],
    ['a character that is no hex digit', `g${signature.slice(1)}`],
    ['base64', Buffer.from(signature, 'hex').toString('base64')],
    ['as many bytes but more characters', 'é'.repeat(32)],
  ])('refuses %s', (_, text) => {
    expect(verifySourcegraphSignature(key, body, text)).toBe(false)
  })

  it('refuses a signature with another digit in any place', () => {
    const changed = [...signature].map((digit, place) => {
      const other = digit === '0' ? '1' : '0'
      return `${signature.slice(0, place)}${other}${signature.slice(place + 1)}`
    })
    expect(changed.filter((text) => verifySourcegraphSignature(key, body, text))).toEqual([])
  })

  it('refuses the signature of another body or under another secret', () => {
    expect(verifySourcegraphSignature(key, Buffer.concat([body, Buffer.from('\n')]), signature)).toBe(false)
    expect(verifySourcegraphSignature(signingKeys('other').sourcegraph, body, signature)).toBe(false)
  })
})

describe("Standard Webhooks' signature", () => {
  it('is that of its specification', () => {
    const { standard } = signingKeys('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
    const body = Buffer.from('{"test": 2432232314}')
    expect(standardSignature(standard, { id, timestamp: 1_614_265_330, body })).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })

  function headersFor(secret: string, body: Uint8Array) {
    const [id, timestamp] = ['evt_01m84ceam00000000000000000', Math.floor(Date.now() / 1_000)]
    const signature = standardSignature(signingKeys(secret).standard, { id, timestamp, body })
    return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
  }

  it('is verified by standardwebhooks with a secret of its form', () => {
    fc.assert(
      fc.property(anyBase64Secret, anyBody, (secret, body) => {
        const verified = new Webhook(secret).verify(body, headersFor(secret, body))
        expect(verified).toEqual(JSON.parse(body.toString()))
      }),
    )
  })

  it("is verified by standardwebhooks with any other secret's UTF-8 bytes", () => {
    fc.assert(
      fc.property(anyRawSecret, anyBody, (secret, body) => {
        const webhook = new Webhook(Buffer.from(secret), { format: 'raw' })
        expect(webhook.verify(body, headersFor(secret, body))).toEqual(JSON.parse(body.toString()))
      }),
    )
  })

  it('is verified by standardwebhooks given an ASCII secret as text', () => {
    const body = Buffer.from('{"é":1}')
    const webhook = new Webhook('shared secret', { format: 'raw' })
    expect(webhook.verify(body, headersFor('shared secret', body))).toEqual({ é: 1 })
  })

  it('is not verified under another secret', () => {
    const body = Buffer.from('{}')
    const other = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    expect(() => other.verify(body, headersFor('whsec_AAAA', body))).toThrow('No matching signature found')
  })
})

describe('isSigningSecret', () => {
  it.each(['a', 'whsec', 'shared secret', 'Schlüssel', 'Whsec_', 'whsec_AAAA', 'whsec_AAA=', 'whsec_+/8='])(
    'accepts %j',
    (secret) => {
      expect(isSigningSecret(secret)).toBe(true)
    },
  )

  it.each(['', 'whsec_', 'whsec_A', 'whsec_====', 'whsec_é', 'whsec_-_8=', 'whsec_AA AA', 'whsec_AAAA\n'])(
    'refuses %j',
    (secret) => {
      expect(isSigningSecret(secret)).toBe(false)
    },
  )

  it.each(['whsec_A=', 'whsec_A==', 'whsec_AA', 'whsec_AAA', 'whsec_AA=', 'whsec_AAAAAA'])(
    'refuses %j, which is not base64 with its padding',
    (secret) => {
      expect(isSigningSecret(secret)).toBe(false)
    },
  )
})
