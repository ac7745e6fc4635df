import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HmacKey } from '../../functions/domain/hmac-key.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

describe('HmacKey', () => {
  // RFC 4231 §4.2 to §4.8, but for the fifth, which is of a shortened signature.
  it.each([
    [hex('0b'.repeat(20)), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      hex('aa'.repeat(20)),
      hex('dd'.repeat(50)),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      hex('0102030405060708090a0b0c0d0e0f10111213141516171819'),
      hex('cd'.repeat(50)),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      hex('aa'.repeat(131)),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      hex('aa'.repeat(131)),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('signs as RFC 4231 says, nr. %#', (secret, text, signature) => {
    expect(new HmacKey(secret).sign('', Buffer.from(text), 'hex')).toBe(signature)
  })

  it('shows nothing of its secret to who prints it', () => {
    const key = new HmacKey(Buffer.from('a secret of some length'))
    key.sign('', Buffer.from('text'), 'hex')
    expect(inspect(key, { showHidden: true, depth: null })).toBe('HmacKey {}')
    expect(JSON.stringify(key)).toBe('{}')
  })

  it('signs as node:crypto does, whatever the lengths, one text after the other', () => {
    const anyKey = fc.uint8Array({ maxLength: 200 })
    const anyText = fc.record({
      head: fc.string({ unit: 'binary', maxLength: 100 }),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.nat({ max: 40_000 }).map((length) => Buffer.alloc(length, length)),
      ),
      encoding: fc.constantFrom('hex', 'base64'),
    })
    fc.assert(
      fc.property(anyKey, fc.array(anyText, { minLength: 1, maxLength: 4 }), (secret, texts) => {
        const key = new HmacKey(secret)
        for (const { head, body, encoding } of texts)
          expect(key.sign(head, body, encoding)).toBe(
            createHmac('sha256', secret).update(head).update(body).digest(encoding),
          )
      }),
    )
  })
})
