import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import type { AwsAnswer, AwsCall } from './fake-aws.ts'

/** What Encrypt and Decrypt take. */
export const KmsInput = z.object({
  KeyId: z.string(),
  Plaintext: z.optional(z.string()),
  CiphertextBlob: z.optional(z.string()),
  EncryptionContext: z.record(z.string(), z.string()),
})

/** KMS as far as Encrypt and Decrypt go: the context is authenticated, and no plain text is longer than 4,096 bytes. */
export function fakeKms(): (call: AwsCall) => AwsAnswer {
  const keys = new Map<string, Buffer>()
  return ({ operation, input }) => {
    const { KeyId, Plaintext = '', CiphertextBlob = '', EncryptionContext } = z.parse(KmsInput, input)
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
