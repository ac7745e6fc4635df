import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { kmsClient } from '../../../functions/adapters/aws/clients.ts'
import { KmsCipher } from '../../../functions/adapters/aws/kms-cipher.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { parseSealed } from '../../../functions/domain/sealed.ts'
import { type AwsAnswer, type AwsCall, fakeAws } from './fake-aws.ts'
import { fakeKms, KmsInput } from './fake-kms.ts'

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
    expect(
      calls.map(({ operation, input }) => [operation, z.parse(KmsInput, input).EncryptionContext]),
    ).toEqual([
      ['Encrypt', { owner: 'whk_1' }],
      ['Decrypt', { owner: 'whk_2' }],
    ])
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
