import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CapturedRequest } from '../../cli/verify/captured-request.ts'
import { type Diagnosis, diagnose } from '../../cli/verify/diagnosis.ts'
import { examplePayload } from '../../functions/domain/event-types.ts'
import { HmacKey } from '../../functions/domain/hmac-key.ts'
import { sourcegraphSignature, standardSignature } from '../../functions/domain/signature.ts'
import { eventId, sentAt, signedHeaders } from './support/signed-request.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const original = '{"id":"QQ==","title":"a \\u003cb\\u003e é","list":[1,2.50,true],"text":"x: y, z"}'

interface Case {
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly signedBy?: string
  readonly given?: string
  readonly previous?: string
  readonly receivedAt?: number
}

/** A request that was signed over `original` and reached the receiver as the case says. */
function diagnosisOf({
  body = original,
  headers = {},
  signedBy = secret,
  given = secret,
  previous,
  receivedAt = sentAt,
}: Case): Diagnosis {
  const all = { ...signedHeaders(original, signedBy), ...headers }
  const request: CapturedRequest = {
    headers: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), value]],
      ),
    ),
    body: Buffer.from(body),
    notes: [],
  }
  return diagnose(request, { secret: given, previous, receivedAt })
}

const signatures = signedHeaders(original, secret)
const hex = signatures['X-Sourcegraph-Webhook-Signature'] ?? ''
const base64 = (signatures['webhook-signature'] ?? '').slice(3)
const parsed: unknown = JSON.parse(original)

describe('verifies', () => {
  it.each(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'shared secret', 'ß'])(
    'a request signed with %j',
    (each) => {
      expect(diagnosisOf({ signedBy: each, given: each })).toEqual({
        verifies: true,
        verdicts: [
          { header: 'X-Sourcegraph-Webhook-Signature', verifies: true, reasons: [] },
          { header: 'webhook-signature', verifies: true, reasons: [] },
        ],
      })
    },
  )

  it('a request of a secret that is being changed, with the new one and with the old one', () => {
    const oldSecret = 'the old one'
    const headers = signedHeaders(original, secret, { oldSecret })
    expect(diagnosisOf({ headers }).verifies).toBe(true)
    expect(diagnosisOf({ headers }).verdicts[0]?.reasons).toEqual([
      expect.stringContaining('Signed by the old secret'),
    ])
    expect(diagnosisOf({ headers, given: oldSecret }).verifies).toBe(true)
  })

  it("Sourcegraph's header of the old secret while it is being changed, and that of no other", () => {
    const headers = signedHeaders(original, secret, { oldSecret: 'old' })
    expect(diagnosisOf({ headers, previous: 'old' }).verifies).toBe(true)
    expect(diagnosisOf({ headers, previous: 'another' }).verdicts[0]?.verifies).toBe(false)
    const late = diagnosisOf({ headers, receivedAt: sentAt + 86_400_000 })
    expect(late.verdicts).toMatchObject([{ verifies: true }, { verifies: false }])
  })

  it('up to five minutes after it was sent, and before', () => {
    expect(diagnosisOf({ receivedAt: sentAt + 300_000 }).verifies).toBe(true)
    expect(diagnosisOf({ receivedAt: sentAt - 300_000 }).verifies).toBe(true)
  })
})

describe('finds that', () => {
  const bodies: [string, string | Buffer, string][] = [
    ['the JSON was pretty printed', JSON.stringify(parsed, null, 2).replace('2.5', '2.50'), 'other escapes'],
    ['only white space came', original.replaceAll(',"', ' ,\n"'), 'it came compact'],
    [
      'the JSON was written again without the escapes',
      JSON.stringify(parsed).replace('2.5', '2.50'),
      'other escapes',
    ],
    ['a line end came', `${original}\n`, 'got a line end'],
    ['a CRLF came', `${original}\r\n`, 'got a line end'],
    ['a byte order mark came', `\ufeff${original}`, 'byte order mark'],
    ['Latin-1 was taken for UTF-8', Buffer.from(Buffer.from(original).toString('latin1')), 'Latin-1'],
    ['UTF-8 became Latin-1', Buffer.from(original, 'latin1'), 'Latin-1'],
    ['the body is empty', '', 'The body is empty'],
    [
      'the body is another',
      original.replace('x: y', 'x: n'),
      'Another secret signed it, or its body was changed',
    ],
  ]
  it.each(bodies)('%s', (_what, body, finding) => {
    const { verifies, verdicts } = diagnosisOf({ body })
    expect(verifies).toBe(false)
    for (const { reasons } of verdicts)
      expect(reasons).toEqual(expect.arrayContaining([expect.stringContaining(finding)]))
  })

  const secrets: [string, Case, string, string][] = [
    ['the secret given has a line end', { given: `${secret}\n` }, 'stray white space', 'stray white space'],
    [
      'the secret given is in quotes',
      { given: `"${secret}"` },
      'stray white space or quotes',
      'stray white space or quotes',
    ],
    [
      'the secret that signs has a line end',
      { signedBy: 'abc\n', given: 'abc' },
      'ends in a line end',
      'ends in a line end',
    ],
    ['whsec_ is missing', { given: secret.slice(6) }, 'has whsec_ in front', 'has whsec_ in front'],
    [
      'the previous secret signed',
      { signedBy: 'old', previous: 'old' },
      'previous secret',
      'previous secret',
    ],
  ]
  it.each(secrets)('%s', (_what, given, first, second) => {
    const [sourcegraph, standard] = diagnosisOf(given).verdicts
    expect(sourcegraph).toMatchObject({ verifies: false, reasons: [expect.stringContaining(first)] })
    expect(standard).toMatchObject({ verifies: false, reasons: [expect.stringContaining(second)] })
  })

  it('both the previous secret signed and the body was written again', () => {
    const { verdicts } = diagnosisOf({ signedBy: 'old', previous: 'old', body: `${original}\n` })
    for (const { reasons } of verdicts) expect(reasons).toHaveLength(2)
  })

  it('the key of webhook-signature was made of the characters of the secret', () => {
    const key = new HmacKey(Buffer.from(secret))
    const signed = { id: eventId, timestamp: sentAt / 1_000, body: Buffer.from(original) }
    const [sourcegraph, standard] = diagnosisOf({
      headers: { 'webhook-signature': standardSignature(key, signed) },
    }).verdicts
    expect(sourcegraph?.verifies).toBe(true)
    expect(standard?.reasons).toEqual([expect.stringContaining('signed with the characters of the secret')])
  })

  it("the key of Sourcegraph's header was decoded", () => {
    const key = new HmacKey(Buffer.from(secret.slice(6), 'base64'))
    const headers = { 'X-Sourcegraph-Webhook-Signature': sourcegraphSignature(key, Buffer.from(original)) }
    const [sourcegraph] = diagnosisOf({ headers }).verdicts
    expect(sourcegraph?.reasons).toEqual([expect.stringContaining('decoded from base64; the key of X-')])
  })

  const forms: [string, Record<string, string | undefined>, number, string][] = [
    [
      'sha256= is in front',
      { 'X-Sourcegraph-Webhook-Signature': `sha256=${hex}` },
      0,
      'It has "sha256=" in front',
    ],
    ['the hex is in upper case', { 'X-Sourcegraph-Webhook-Signature': hex.toUpperCase() }, 0, 'upper case'],
    [
      'it is base64',
      { 'X-Sourcegraph-Webhook-Signature': Buffer.from(hex, 'hex').toString('base64') },
      0,
      'It is base64',
    ],
    ['it was cut', { 'X-Sourcegraph-Webhook-Signature': hex.slice(0, 40) }, 0, '40 characters came'],
    ['it is missing', { 'X-Sourcegraph-Webhook-Signature': undefined }, 0, 'is missing'],
    ['v1, is missing', { 'webhook-signature': base64 }, 1, 'does not begin with "v1,"'],
    ['v1 has the wrong mark', { 'webhook-signature': `v1=${base64}` }, 1, 'does not begin with "v1,"'],
    ['it is asymmetric', { 'webhook-signature': `v1a,${base64}` }, 1, 'asymmetric'],
    ['it is hex', { 'webhook-signature': Buffer.from(base64, 'base64').toString('hex') }, 1, 'It is hex'],
    ['it lost its padding', { 'webhook-signature': `v1,${base64.replace(/=$/, '')}` }, 1, 'lost its padding'],
    ['the id is missing', { 'webhook-id': undefined }, 1, 'webhook-id is missing'],
    ['the id was changed', { 'webhook-id': '17' }, 1, 'webhook-id is "17"'],
    ['the timestamp is missing', { 'webhook-timestamp': undefined }, 1, 'webhook-timestamp is missing'],
    ['the timestamp is no number', { 'webhook-timestamp': 'now' }, 1, 'no whole seconds'],
    ['the timestamp is in milliseconds', { 'webhook-timestamp': String(sentAt) }, 1, 'milliseconds'],
    [
      'the timestamp was changed',
      { 'webhook-timestamp': String(sentAt / 1_000 + 1) },
      1,
      'webhook-timestamp or webhook-signature was changed',
    ],
  ]
  it.each(forms)('%s', (_what, headers, index, finding) => {
    const { verifies, verdicts } = diagnosisOf({ headers })
    expect(verifies).toBe(false)
    expect(verdicts[index]).toMatchObject({ verifies: false })
    expect(verdicts[index]?.reasons.join('\n')).toContain(finding)
    expect(verdicts[1 - index]).toMatchObject({ verifies: true })
  })

  it.each([
    [301_000, 'was 301s old'],
    [86_400_000, 'was 1d old'],
    [-301_000, 'was 301s ahead'],
  ])('the timestamp is %i ms away', (away, finding) => {
    const [sourcegraph, standard] = diagnosisOf({ receivedAt: sentAt + away }).verdicts
    expect(sourcegraph?.verifies).toBe(true)
    expect(standard).toMatchObject({ verifies: false, reasons: [expect.stringContaining(finding)] })
  })
})

it('finds every re-serialisation of the samples that a library makes, and takes none for the original', () => {
  const samples = ['batch_change:apply', 'changeset:publish', 'user:create'].map((key) =>
    Buffer.from(examplePayload(key) ?? ''),
  )
  for (const sample of samples) {
    const value: unknown = JSON.parse(sample.toString())
    for (const again of [JSON.stringify(value, null, 2), JSON.stringify(value, null, '\t'), `${sample}\n`]) {
      const headers = Object.entries(signedHeaders(sample, secret)).map(([name, of]) => [
        name.toLowerCase(),
        of,
      ])
      const request = { headers: Object.fromEntries(headers), body: Buffer.from(again), notes: [] }
      const { verdicts } = diagnose(request, { secret, receivedAt: sentAt })
      for (const { verifies, reasons } of verdicts) {
        expect(verifies).toBe(false)
        expect(reasons.join()).not.toContain('Another secret')
      }
    }
  }
})

it('never fails on odd headers and bodies, and never calls one right that was not signed', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.string(),
      fc.string(),
      fc.string(),
      (body, one, other, id) => {
        const headers = {
          'x-sourcegraph-webhook-signature': one,
          'webhook-signature': other,
          'webhook-id': id,
          'webhook-timestamp': id,
        }
        const request = { headers, body: Buffer.from(body), notes: [] }
        expect(diagnose(request, { secret, receivedAt: sentAt }).verifies).toBe(false)
      },
    ),
  )
})
