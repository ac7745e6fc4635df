import { hash } from 'node:crypto'

const blockBytes = 64
const hashBytes = 32
// One for all: most texts fit, and what is allocated for each would have to be collected.
const room = Buffer.alloc(16 * 1024)

/**
 * A key of HMAC-SHA256 (RFC 2104), ready to sign many texts. It is made of whole hashes: an `Hmac` of node:crypto is an
 * object of OpenSSL's for each text, and to make and to collect that costs a delivery more than the hashing does
 * (docs/decisions/0029-hmac-of-whole-hashes.md).
 */
export class HmacKey {
  readonly #inner = Buffer.alloc(blockBytes, 0x36)
  /** The padded key, and behind it room for the inner hash. */
  readonly #outer = Buffer.alloc(blockBytes + hashBytes, 0x5c)

  /** @param secret bytes of any length. */
  constructor(secret: Uint8Array) {
    // A key longer than a block stands for its hash.
    const key = secret.byteLength > blockBytes ? hash('sha256', secret, 'buffer') : secret
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = byte ^ 0x36
      this.#outer[at] = byte ^ 0x5c
    }
  }

  /** The signature of `head`, as UTF-8, with `body` behind it. */
  sign(head: string, body: Uint8Array, encoding: 'hex' | 'base64'): string {
    const headBytes = Buffer.byteLength(head)
    const length = blockBytes + headBytes + body.byteLength
    const text = length <= room.length ? room.subarray(0, length) : Buffer.allocUnsafe(length)
    text.set(this.#inner)
    text.write(head, blockBytes)
    text.set(body, blockBytes + headBytes)
    this.#outer.write(hash('sha256', text, 'binary'), blockBytes, 'binary')
    // Nothing of a key stays in memory longer than the key.
    text.fill(0, 0, blockBytes)
    return hash('sha256', this.#outer, encoding)
  }
}
