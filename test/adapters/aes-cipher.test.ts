import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AesCipher } from '../../functions/adapters/aes-cipher.ts'
import { parseSealed } from '../../functions/domain/sealed.ts'

const cipher = new AesCipher(randomBytes(32))
const anyPlain = fc.string({ unit: 'binary', maxLength: 300 })
const anyOwner = fc.string({ minLength: 1 })
const form = 'aes256gcm1:'

describe('AesCipher', () => {
  it('opens what it sealed, for the same owner', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlain, anyOwner, async (plain, owner) => {
        expect(await cipher.open(await cipher.seal(plain, owner), owner)).toBe(plain)
      }),
    )
  })

  it('opens with another cipher under the same key', async () => {
    const key = randomBytes(32)
    const sealed = await new AesCipher(key).seal('whsec_x', 'whk_1')
    expect(await new AesCipher(Buffer.from(key)).open(sealed, 'whk_1')).toBe('whsec_x')
  })

  it('does not open for another owner', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlain, anyOwner, anyOwner, async (plain, owner, other) => {
        fc.pre(owner !== other)
        await expect(cipher.open(await cipher.seal(plain, owner), other)).rejects.toThrow()
      }),
    )
  })

  it('does not open under another key', async () => {
    const sealed = await cipher.seal('whsec_x', 'whk_1')
    await expect(new AesCipher(randomBytes(32)).open(sealed, 'whk_1')).rejects.toThrow()
  })

  it('does not open with any one bit turned', async () => {
    const sealed = await cipher.seal('whsec_x', 'whk_1')
    const bytes = Buffer.from(sealed.slice(form.length), 'base64')
    const opened = await Promise.allSettled(
      Array.from({ length: bytes.length * 8 }, (_, bit) => {
        const turned = Buffer.from(bytes)
        turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        return cipher.open(parseSealed(form + turned.toString('base64')), 'whk_1')
      }),
    )
    expect(opened.filter(({ status }) => status === 'fulfilled')).toEqual([])
  })

  it('does not open when cut short', async () => {
    const sealed = await cipher.seal('whsec_x', 'whk_1')
    const bytes = Buffer.from(sealed.slice(form.length), 'base64')
    const opened = await Promise.allSettled(
      Array.from({ length: bytes.length }, (_, length) =>
        cipher.open(parseSealed(form + bytes.subarray(0, length).toString('base64')), 'whk_1'),
      ),
    )
    expect(opened.filter(({ status }) => status === 'fulfilled')).toEqual([])
  })

  it.each(['', 'whsec_x', 'aes256gcm2:AAAA', 'aes256gcm1'])(
    'does not open %j, and says whose it is',
    async (text) => {
      await expect(cipher.open(parseSealed(text), 'whk_1')).rejects.toThrow(
        'The secret of whk_1 is not sealed as aes256gcm1.',
      )
    },
  )

  it('seals the same text in another way each time, without a trace of it', async () => {
    const plain = 'a secret of some length'
    const sealed = await Promise.all(Array.from({ length: 100 }, () => cipher.seal(plain, 'whk_1')))
    expect(new Set(sealed).size).toBe(100)
    const bytes = sealed.map((text) => Buffer.from(text.slice(form.length), 'base64'))
    expect(bytes.filter((one) => one.includes(plain))).toEqual([])
    expect(new Set(bytes.map((one) => one.subarray(0, 12).toString('hex'))).size).toBe(100)
  })
})
