import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms'
import { parseSealed } from '../../domain/sealed.ts'
import type { Sealed } from '../../domain/webhook.ts'
import { orUnavailable } from './unavailable.ts'

const version = 'kms1'

/**
 * Seals secrets of up to 4,096 bytes with a KMS key, bound to their owner's id: a sealed secret that is moved to
 * another item does not open. Each call is one request to KMS; whoever opens often keeps what it opened.
 * Rejects with Unavailable when KMS is throttled or out of reach.
 */
export class KmsCipher {
  readonly #client: KMSClient
  readonly #keyId: string

  /** @param keyId id, ARN or alias of a symmetric key. */
  constructor(client: KMSClient, keyId: string) {
    this.#client = client
    this.#keyId = keyId
  }

  async seal(plain: string, ownerId: string): Promise<Sealed> {
    const { CiphertextBlob } = await orUnavailable('The key service', () =>
      this.#client.send(
        new EncryptCommand({
          KeyId: this.#keyId,
          Plaintext: toBytes(plain),
          EncryptionContext: { owner: ownerId },
        }),
      ),
    )
    if (CiphertextBlob === undefined) throw new Error(`KMS gave no cipher text for the secret of ${ownerId}.`)
    return parseSealed(`${version}:${Buffer.from(CiphertextBlob).toString('base64')}`)
  }

  /** Rejects when the secret was sealed with another key or for another owner. */
  async open(sealed: Sealed, ownerId: string): Promise<string> {
    const [form, encoded] = sealed.split(':')
    if (form !== version || encoded === undefined)
      throw new Error(`The secret of ${ownerId} is not sealed as ${version}.`)
    const { Plaintext } = await orUnavailable('The key service', () =>
      this.#client.send(
        new DecryptCommand({
          KeyId: this.#keyId,
          CiphertextBlob: Buffer.from(encoded, 'base64'),
          EncryptionContext: { owner: ownerId },
        }),
      ),
    )
    if (Plaintext === undefined) throw new Error(`KMS gave no plain text for the secret of ${ownerId}.`)
    return fromBytes(Plaintext)
  }
}

// KMS does not seal nothing, and a header's value may be empty: text of n NULs, n ≥ 0, is sealed as n + 1 of them.
function toBytes(plain: string): Uint8Array {
  return Buffer.from(/^\0*$/.test(plain) ? `${plain}\0` : plain, 'utf8')
}

function fromBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8')
  return /^\0+$/.test(text) ? text.slice(1) : text
}
