import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'verify-'))
const goProgram = join(folder, 'verify')

afterAll(() => rmSync(folder, { recursive: true }))

interface Recipe {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly needs: readonly [string, ...string[]]
}

const recipes: readonly Recipe[] = [
  {
    name: 'node.mjs',
    command: [process.execPath, 'examples/verify/node.mjs'],
    needs: [process.execPath, '--version'],
  },
  { name: 'verify.go', command: [goProgram], needs: ['go', 'version'] },
  { name: 'verify.py', command: ['python3', 'examples/verify/verify.py'], needs: ['python3', '--version'] },
  { name: 'verify.sh', command: ['sh', 'examples/verify/verify.sh'], needs: ['openssl', 'version'] },
]

interface Request {
  readonly secret: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const plainSecret = "it's a $ecret"
const encodedSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const payload = readFileSync('examples/batch-change.json')

/** A request as the service sends it, signed by other code than the service's own. */
function aRequest({
  secret = encodedSecret,
  body = payload,
  ageSeconds = 0,
  id = 'evt_1',
}: {
  secret?: string
  body?: Buffer
  ageSeconds?: number
  id?: string
} = {}): Request {
  const at = new Date(Date.now() - ageSeconds * 1_000)
  const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' })
  return {
    secret,
    body,
    headers: {
      HTTP_WEBHOOK_ID: id,
      HTTP_WEBHOOK_TIMESTAMP: String(Math.floor(at.getTime() / 1_000)),
      HTTP_WEBHOOK_SIGNATURE: webhook.sign(id, at, body.toString('utf8')),
    },
  }
}

function withHeader(request: Request, name: string, value: string): Request {
  return { ...request, headers: { ...request.headers, [name]: value } }
}

function edited(request: Request, name: string, edit: (value: string) => string): Request {
  return withHeader(request, name, edit(request.headers[name] ?? ''))
}

const other = aRequest({ secret: 'whsec_b3RoZXIgc2VjcmV0', id: 'evt_1' })
const standard = 'HTTP_WEBHOOK_SIGNATURE'
const timestamp = 'HTTP_WEBHOOK_TIMESTAMP'

const good: readonly [string, () => Request][] = [
  ['a secret in base64 behind whsec_', () => aRequest()],
  ['a secret of other text', () => aRequest({ secret: plainSecret })],
  ['a secret whose base64 has no padding', () => aRequest({ secret: 'whsec_c2VjcmV0IQ' })],
  ['a secret whose base64 has padding', () => aRequest({ secret: 'whsec_c2VjcmV0IQ==' })],
  [
    'one good signature after others',
    () => edited(aRequest(), standard, (value) => `v1a,AAAA ${other.headers[standard]} ${value}`),
  ],
  ['one good signature before others', () => edited(aRequest(), standard, (value) => `${value} v2,AAAA`)],
  ['a timestamp 4 minutes old', () => aRequest({ ageSeconds: 240 })],
  ['a timestamp 4 minutes ahead', () => aRequest({ ageSeconds: -240 })],
  ['an empty body', () => aRequest({ body: Buffer.alloc(0) })],
  ['a body with a NUL, umlauts and line ends', () => aRequest({ body: Buffer.from('"ä\0ö"\r\n\n') })],
]

const standardMisfit = 'webhook-signature does not fit'
const noSecret = 'the secret is empty, or no base64 behind whsec_'
const wrongTime = 'webhook-timestamp is not within 5 minutes of this clock'

const bad: readonly [string, string, () => Request][] = [
  ['no id', 'webhook-id is missing', () => withHeader(aRequest(), 'HTTP_WEBHOOK_ID', '')],
  ['no timestamp', 'webhook-timestamp is missing', () => withHeader(aRequest(), timestamp, '')],
  ['no signature', 'webhook-signature is missing', () => withHeader(aRequest(), standard, '')],
  ['another secret', standardMisfit, () => ({ ...aRequest(), secret: plainSecret })],
  ['a longer body', standardMisfit, () => ({ ...aRequest(), body: Buffer.from(`${payload}\n`) })],
  [
    'a signature cut short',
    standardMisfit,
    () => edited(aRequest(), standard, (given) => given.slice(0, -1)),
  ],
  ['another id', standardMisfit, () => withHeader(aRequest(), 'HTTP_WEBHOOK_ID', 'evt_2')],
  [
    'a fresher timestamp than was signed',
    standardMisfit,
    () => withHeader(aRequest({ ageSeconds: 900 }), timestamp, aRequest().headers[timestamp] ?? ''),
  ],
  [
    'only signatures of another secret or version',
    standardMisfit,
    () => edited(aRequest(), standard, (given) => `${other.headers[standard]} ${given.replace('v1', 'v2')}`),
  ],
  [
    'a signature inside another word',
    standardMisfit,
    () => edited(aRequest(), standard, (given) => `x${given} ${given}x *`),
  ],
  ['no version', standardMisfit, () => edited(aRequest(), standard, (given) => given.replace('v1,', ''))],
  ['a timestamp 6 minutes old', wrongTime, () => aRequest({ ageSeconds: 360 })],
  ['a timestamp 6 minutes ahead', wrongTime, () => aRequest({ ageSeconds: -360 })],
  ['a timestamp in words, signed', wrongTime, () => signedAt('yesterday')],
  ['a timestamp that no clock reaches, signed', wrongTime, () => signedAt('99999999999999999999')],
  ['an empty secret', noSecret, () => signedWithNothing('')],
  ['a secret of nothing behind whsec_', noSecret, () => signedWithNothing('whsec_')],
]

/** What anyone can sign for a receiver whose secret is not set. */
function signedWithNothing(secret: string): Request {
  const request = aRequest({ secret: 'x' })
  const content = `evt_1.${request.headers[timestamp]}.${payload}`
  const signature = createHmac('sha256', '').update(content).digest('base64')
  return withHeader({ ...request, secret }, standard, `v1,${signature}`)
}

function signedAt(time: string): Request {
  const request = aRequest({ secret: plainSecret })
  const signature = createHmac('sha256', plainSecret).update(`evt_1.${time}.${payload}`).digest('base64')
  return withHeader(withHeader(request, timestamp, time), standard, `v1,${signature}`)
}

async function run(
  { command: [program, ...args] }: Recipe,
  { secret, headers, body }: Omit<Request, 'secret'> & { readonly secret?: string },
) {
  const child = spawn(program, secret === undefined ? args : [...args, secret], {
    env: { ...process.env, ...headers },
  })
  child.stdin.end(body)
  const text = async (stream: AsyncIterable<Buffer>) => {
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { stdout, stderr, code }
}

describe.each(recipes)('$name', (recipe) => {
  const isMissing = spawnSync(recipe.needs[0], recipe.needs.slice(1)).status !== 0

  beforeAll(() => {
    if (recipe.name !== 'verify.go' || isMissing) return
    const { status, stderr } = spawnSync('go', ['build', '-o', goProgram, 'examples/verify/verify.go'])
    expect(status, String(stderr)).toBe(0)
  }, 300_000)

  it.skipIf(isMissing).each(good)('takes a request with %s', async (_what, request) => {
    expect(await run(recipe, request())).toEqual({ stdout: 'verified\n', stderr: '', code: 0 })
  })

  it.skipIf(isMissing).each(bad)('refuses a request with %s', async (_what, reason, request) => {
    expect(await run(recipe, request())).toEqual({ stdout: '', stderr: `not verified: ${reason}\n`, code: 1 })
  })

  it.skipIf(isMissing)('refuses every request when no secret is given', async () => {
    const { secret: _none, ...request } = signedWithNothing('')
    expect(await run(recipe, request)).toMatchObject({
      stderr: `not verified: ${noSecret}\n`,
      code: 1,
    })
  })
})
