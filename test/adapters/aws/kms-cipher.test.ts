import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { kmsClient } from '../../../functions/adapters/aws/clients.ts'
import { KmsCipher } from '../../../functions/adapters/aws/kms-cipher.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { parseSealed } from '../../../functions/domain/sealed.ts'
import { type AwsAnswer, type AwsCall, fakeAws } from './fake-aws.ts'

const Input = z.object({
  KeyId: z.string(),
  Plaintext: z.optional(z.string()),
  CiphertextBlob: z.optional(z.string()),
  EncryptionContext: z.record(z.string(), z.string()),
})

/** KMS as far as Encrypt and Decrypt go: the context is authenticated, and no plain text is longer than 4,096 bytes. */
function fakeKms(): (call: AwsCall) => AwsAnswer {
  const keys = new Map<string, Buffer>()
  return ({ operation, input }) => {
    const { KeyId, Plaintext = '', CiphertextBlob = '', EncryptionContext } = z.parse(Input, input)
    const key = keys.get(KeyId) ?? randomBytes(32)
    keys.set(KeyId, key)
    const aad = Buffer.from(JSON.stringify(EncryptionContext))
    if (operation === 'Encrypt') {
      const plain = Buffer.from(Plaintext, 'base64')
      if (plain.length > 4_096 || plain.length === 0) return { error: 'ValidationException' }
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad)
      const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
      return { output: { KeyId, CiphertextBlob: sealed.toString('base64') } }
    }
    const sealed = Buffer.from(CiphertextBlob, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(aad).setAuthTag(sealed.subarray(-16))
      const plain = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
      return { output: { KeyId, Plaintext: plain.toString('base64') } }
    } catch {
      return { error: 'InvalidCiphertextException' }
    }
  }
}

async function aCipher(answer: (call: AwsCall, nth: number) => AwsAnswer = fakeKms()) {
  const { settings, calls } = await fakeAws(answer)
  const client = kmsClient(settings)
  return { cipher: new KmsCipher(client, 'key-1'), other: new KmsCipher(client, 'key-2'), calls }
}

describe('KmsCipher', () => {
  it('opens what it sealed, for the same owner', async () => {
    const { cipher } = await aCipher()
    const anyText = fc.string({ unit: 'binary', maxLength: 300 })
    const fewCharacters = fc.string({ unit: fc.constantFrom('\0', 'x'), maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyText, fewCharacters), async (text) => {
        expect(await cipher.open(await cipher.seal(text, 'whk_1'), 'whk_1')).toBe(text)
      }),
    )
  })

  it('binds a secret to its owner by the encryption context', async () => {
    const { cipher, calls } = await aCipher()
    const sealed = await cipher.seal('whsec_x', 'whk_1')
    await expect(cipher.open(sealed, 'whk_2')).rejects.toHaveProperty('name', 'InvalidCiphertextException')
    expect(calls.map(({ operation, input }) => [operation, z.parse(Input, input).EncryptionContext])).toEqual(
      [
        ['Encrypt', { owner: 'whk_1' }],
        ['Decrypt', { owner: 'whk_2' }],
      ],
    )
  })

  it('seals as text that tells its form and nothing of the secret', async () => {
    const { cipher } = await aCipher()
    const sealed = await cipher.seal('whsec_a-secret', 'whk_1')
    expect(sealed).toMatch(/^kms1:[A-Za-z0-9+/]+=*$/)
    expect(Buffer.from(sealed.slice(5), 'base64').includes('a-secret')).toBe(false)
  })

  it('does not open under another key', async () => {
    const { cipher, other } = await aCipher()
    await expect(other.open(await cipher.seal('whsec_x', 'whk_1'), 'whk_1')).rejects.toThrow()
  })

  it.each(['', 'whsec_x', 'aes256gcm1:AAAA', 'kms2:AAAA', 'kms1'])(
    'does not open %j, asks nobody about it, and says whose it is',
    async (text) => {
      const { cipher, calls } = await aCipher()
      await expect(cipher.open(parseSealed(text), 'whk_1')).rejects.toThrow(
        'The secret of whk_1 is not sealed as kms1.',
      )
      expect(calls).toEqual([])
    },
  )

  it('takes a secret of 4,096 bytes, the longest that a header value can be', async () => {
    const { cipher } = await aCipher()
    const longest = 'x'.repeat(4_096)
    expect(await cipher.open(await cipher.seal(longest, 'whk_1'), 'whk_1')).toBe(longest)
  })

  it('keeps nothing: each secret is asked for each time', async () => {
    const { cipher, calls } = await aCipher()
    const sealed = await cipher.seal('whsec_x', 'whk_1')
    for (let nth = 0; nth < 3; nth++) await cipher.open(sealed, 'whk_1')
    expect(calls).toHaveLength(4)
  })

  it.each<[string, AwsAnswer]>([
    ['throttled', { error: 'ThrottlingException' }],
    ['failing', { error: 'KMSInternalException', status: 500 }],
    ['late inside', { error: 'DependencyTimeoutException', status: 500 }],
  ])('is unavailable when KMS is %s', async (_, answer) => {
    const { cipher } = await aCipher(() => answer)
    await expect(cipher.open(parseSealed('kms1:AAAA'), 'whk_1')).rejects.toBeInstanceOf(Unavailable)
  })

  it.each(['AccessDeniedException', 'InvalidCiphertextException', 'DisabledException'])(
    'says so when KMS answers %s',
    async (error) => {
      const { cipher } = await aCipher(() => ({ error }))
      await expect(cipher.open(parseSealed('kms1:AAAA'), 'whk_1')).rejects.toHaveProperty('name', error)
    },
  )
})
