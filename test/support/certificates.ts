import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface CertificateOptions {
  /** Host names and IPv4 addresses it is for. */
  readonly names?: readonly string[]
  /** Milliseconds since 1970; a day ago to a day ahead when absent. */
  readonly validFrom?: number
  readonly validUntil?: number
}

const dayMs = 24 * 60 * 60_000

/** An authority of the tests, made anew in each process: nothing that expires lies in the tree. */
export class TestAuthority {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #name: Buffer
  /** Its own certificate, for those who trust it. */
  readonly certificate: string

  constructor(name: string) {
    this.#name = commonName(name)
    this.certificate = certificate({
      subject: this.#name,
      issuer: this.#name,
      publicKey: this.#keys.publicKey,
      signedWith: this.#keys.privateKey,
      isAuthority: true,
      options: {},
    })
  }

  /** Signs a certificate for a receiver. */
  issue(options: CertificateOptions = {}): Certificate {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const cert = certificate({
      subject: commonName('a receiver'),
      issuer: this.#name,
      publicKey: keys.publicKey,
      signedWith: this.#keys.privateKey,
      isAuthority: false,
      options,
    })
    return { cert, key: pemOf(keys.privateKey) }
  }
}

/** A certificate that nobody but its own key vouches for. */
export function selfSigned(options: CertificateOptions = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = commonName('a receiver')
  const cert = certificate({
    subject: name,
    issuer: name,
    publicKey,
    signedWith: privateKey,
    isAuthority: false,
    options,
  })
  return { cert, key: pemOf(privateKey) }
}

function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }))
}

/** An X.509 certificate, version 3 (RFC 5280 §4.1), signed with ECDSA and SHA-256. */
function certificate({
  subject,
  issuer,
  publicKey,
  signedWith,
  isAuthority,
  options: { names = [], validFrom = Date.now() - dayMs, validUntil = Date.now() + dayMs },
}: {
  subject: Buffer
  issuer: Buffer
  publicKey: KeyObject
  signedWith: KeyObject
  isAuthority: boolean
  options: CertificateOptions
}): string {
  const extensions = [
    ...(isAuthority ? [extension('551d13', der(tag.sequence, der(tag.boolean, Buffer.from([0xff]))))] : []),
    ...(names.length === 0 ? [] : [extension('551d11', der(tag.sequence, ...names.map(alternativeName)))]),
  ]
  const toBeSigned = der(
    tag.sequence,
    der(0xa0, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    issuer,
    der(tag.sequence, time(validFrom), time(validUntil)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, der(tag.sequence, ...extensions))]),
  )
  const signature = sign('sha256', toBeSigned, signedWith)
  const whole = der(
    tag.sequence,
    toBeSigned,
    ecdsaWithSha256,
    der(tag.bitString, Buffer.concat([Buffer.from([0]), signature])),
  )
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
}
const ecdsaWithSha256 = der(tag.sequence, oid('2a8648ce3d040302'))

function commonName(name: string): Buffer {
  return der(tag.sequence, der(tag.set, der(tag.sequence, oid('550403'), der(tag.utf8, Buffer.from(name)))))
}

function extension(id: string, value: Buffer): Buffer {
  return der(tag.sequence, oid(id), der(tag.octetString, value))
}

/** A GeneralName (RFC 5280 §4.2.1.6): 7 is an address, 2 a DNS name. */
function alternativeName(name: string): Buffer {
  return isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))
}

function time(atMs: number): Buffer {
  const text = new Date(atMs).toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(tag.generalizedTime, Buffer.from(text))
}

function oid(hex: string): Buffer {
  return der(tag.oid, Buffer.from(hex, 'hex'))
}

/** Tag, length and value (X.690 §8.1); values here are shorter than 64 KiB. */
function der(tagByte: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts)
  const { length } = value
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tagByte, ...lengthBytes]), value])
}
