import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { parseSealed } from '../domain/sealed.ts'
import type { Sealed } from '../domain/webhook.ts'

const ivBytes = 12
const tagBytes = 16
const version = 'aes256gcm1'

/**
 * Seals secrets with AES-256-GCM, bound to their owner's id: a sealed secret that is moved to another row does not open.
 * @param key 32 bytes.
 */
export class AesCipher {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  async seal(plain: string, ownerId: string): Promise<Sealed> {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(ownerId))
    const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return parseSealed(`${version}:${sealed.toString('base64')}`)
  }

  /** Rejects when the secret was sealed with another key or for another owner. */
  async open(sealed: Sealed, ownerId: string): Promise<string> {
    const [form, encoded] = sealed.split(':')
    if (form !== version || encoded === undefined)
      throw new Error(`The secret of ${ownerId} is not sealed as ${version}.`)
    const bytes = Buffer.from(encoded, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(Buffer.from(ownerId)).setAuthTag(bytes.subarray(-tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString(
      'utf8',
    )
  }
}
