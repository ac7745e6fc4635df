import { HmacKey } from '../../functions/domain/hmac-key.ts'
import {
  isSigningSecret,
  signingKeys,
  sourcegraphSignature,
  standardSignature,
} from '../../functions/domain/signature.ts'
import type { CapturedRequest } from './captured-request.ts'
import { checkIdAndTime } from './id-and-time.ts'
import { badSourcegraphForm, badStandardForm, signaturesIn } from './signature-forms.ts'
import { bodiesBefore, secretsBeside, type Variant } from './variants.ts'

export const sourcegraphHeader = 'X-Sourcegraph-Webhook-Signature'
export const standardHeader = 'webhook-signature'

/** What became of one signature header. */
export interface Verdict {
  readonly header: string
  readonly verifies: boolean
  /** Why not, and what to do; the likeliest, with what was found out by trying. */
  readonly reasons: readonly string[]
}

export interface Diagnosis {
  readonly verifies: boolean
  readonly verdicts: readonly Verdict[]
}

/** What a request is held against. `previous`: the secret before it was changed. Times in milliseconds since 1970. */
export interface Against {
  readonly secret: string
  readonly previous?: string | undefined
  readonly receivedAt: number
}

/** A key with which a scheme may have signed. */
type Key = Variant<HmacKey>
type Sign = (key: HmacKey, body: Uint8Array) => string

/** Whether each signature of a request verifies, and why not. */
export function diagnose(request: CapturedRequest, against: Against): Diagnosis {
  const { fits, ...standard } = standardVerdict(request, against)
  // While a secret is being changed there are two signatures here, and Sourcegraph's header is the old secret's.
  const isBeingChanged = fits && signaturesIn(request.headers[standardHeader] ?? '').length > 1
  const sourcegraph = sourcegraphVerdict(request, against, { isBeingChanged })
  return { verifies: standard.verifies && sourcegraph.verifies, verdicts: [sourcegraph, standard] }
}

function sourcegraphVerdict(
  { headers, body }: CapturedRequest,
  against: Against,
  { isBeingChanged }: { isBeingChanged: boolean },
): Verdict {
  const header = sourcegraphHeader
  const given = headers[header.toLowerCase()]
  if (given === undefined) return { header, verifies: false, reasons: [missing(header)] }
  const { value, problem } = badSourcegraphForm(given)
  const form = problem === undefined ? [] : [problem]
  const search = searchFor([value], { body, sign: sourcegraphSignature, against, kind: 'sourcegraph' })
  if (search === 'fits') return { header, verifies: form.length === 0, reasons: form }
  if (isBeingChanged && (against.previous === undefined || search.isFound))
    return {
      header,
      verifies: true,
      reasons: [
        'Signed by the old secret, as it should be while a secret is being changed; webhook-signature verifies with the new one.',
      ],
    }
  return { header, verifies: false, reasons: [...form, ...search.reasons] }
}

function standardVerdict(
  { headers, body }: CapturedRequest,
  against: Against,
): Verdict & { readonly fits: boolean } {
  const header = standardHeader
  const { [standardHeader]: given, 'webhook-id': id, 'webhook-timestamp': timestamp } = headers
  const gone = [
    ...(given === undefined ? [header] : []),
    ...['webhook-id', 'webhook-timestamp'].filter((name) => headers[name] === undefined),
  ]
  if (given === undefined || id === undefined || timestamp === undefined)
    return { header, verifies: false, fits: false, reasons: gone.map(missing) }
  const { values, problem } = badStandardForm(given)
  const form = problem === undefined ? [] : [problem]
  const late = checkIdAndTime({ id, timestamp }, against.receivedAt)
  const signed = { id, timestamp: Number(timestamp) }
  const sign: Sign = (key, bytes) => standardSignature(key, { ...signed, body: bytes })
  const search = searchFor(values, { body, sign, against, kind: 'standard' })
  if (search === 'fits')
    return { header, verifies: form.length + late.length === 0, fits: true, reasons: [...form, ...late] }
  const altered =
    !search.isFound && isAltered(headers, body, against)
      ? [
          `The body and the secret are right, as ${sourcegraphHeader} shows: webhook-id, webhook-timestamp or ${header} was changed on the way.`,
        ]
      : search.reasons
  return { header, verifies: false, fits: false, reasons: [...form, ...altered, ...late] }
}

/** Whether Sourcegraph's header fits as it is, so that neither body nor secret can be to blame. */
function isAltered(headers: CapturedRequest['headers'], body: Buffer, { secret }: Against): boolean {
  return (
    headers[sourcegraphHeader.toLowerCase()] === sourcegraphSignature(signingKeys(secret).sourcegraph, body)
  )
}

/** `isFound`: whether anything else was found that fits. */
type Search = 'fits' | { readonly reasons: readonly string[]; readonly isFound: boolean }

/** Tries the body and the secret as they are, then what they may have been, until a signature fits. */
function searchFor(
  given: readonly string[],
  {
    body,
    sign,
    against,
    kind,
  }: { body: Buffer; sign: Sign; against: Against; kind: 'sourcegraph' | 'standard' },
): Search {
  const fits = (key: HmacKey, bytes: Buffer) => given.includes(sign(key, bytes))
  const right = signingKeys(against.secret)[kind]
  // Base64 with stray characters in it is read by some and not by others.
  if (isSigningSecret(against.secret) && fits(right, body)) return 'fits'
  const bodies = bodiesBefore(body)
  const changed = bodies.find(({ value }) => fits(right, value))
  if (changed !== undefined) return { isFound: true, reasons: [changed.finding] }
  const keys = keysBeside(against, kind)
  for (const key of keys) {
    if (fits(key.value, body)) return { isFound: true, reasons: [key.finding] }
    const both = bodies.find(({ value }) => fits(key.value, value))
    if (both !== undefined) return { isFound: true, reasons: [key.finding, both.finding] }
  }
  return {
    isFound: false,
    reasons: [
      ...(body.length === 0
        ? ['The body is empty: it was probably captured after something else had read it.']
        : []),
      'Another secret signed it, or its body was changed in a way that was not found out. Is this the secret of the webhook that sent it, and the whole body?',
    ],
  }
}

function keysBeside({ secret, previous }: Against, kind: 'sourcegraph' | 'standard'): readonly Key[] {
  const text = (value: string) => new HmacKey(Buffer.from(value, 'utf8'))
  const decoded = (value: string) => new HmacKey(Buffer.from(value.replace(/^whsec_/, ''), 'base64'))
  const beside = secretsBeside(secret).map(({ value, finding }) => ({
    value: signingKeys(value)[kind],
    finding,
  }))
  const otherwise: Key =
    kind === 'standard'
      ? {
          value: text(secret),
          finding:
            'It was signed with the characters of the secret; the key of webhook-signature is what is behind whsec_, decoded from base64.',
        }
      : {
          value: decoded(secret),
          finding: `It was signed with the bytes behind whsec_, decoded from base64; the key of ${sourcegraphHeader} is all of the secret's characters.`,
        }
  const before =
    previous === undefined
      ? []
      : [
          {
            value: signingKeys(previous)[kind],
            finding:
              'It was signed by the previous secret: it was sent before the secret was changed, or during the overlap.',
          },
        ]
  return [...before, ...beside, otherwise]
}

function missing(header: string): string {
  return `${header} is missing: something on the way dropped it, it was not captured, or the request is not from this service.`
}
