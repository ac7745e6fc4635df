import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CommandLine } from './support/command-line.ts'
import { rawRequest, sentAt, signedHeaders } from './support/signed-request.ts'

const secret = 'shared secret'
const body = '{"title":"é"}'
const headers = signedHeaders(body, secret)
const receivedAt = new Date(sentAt).toISOString()

describe('verify', () => {
  const cli = new CommandLine()
  afterAll(() => cli.remove())

  const fileOf = (name: string, content: string | Buffer) => {
    const path = join(cli.home, name)
    writeFileSync(path, content)
    return path
  }
  const verify = (
    input: string | Buffer,
    args: readonly string[] = [],
    environment = { WEBHOOK_SECRET: secret },
  ) => cli.run(['verify', '--received-at', receivedAt, ...args], { input, environment })

  const chunked = (text: string) => {
    const bytes = Buffer.from(text)
    const size = (part: Buffer) => `${part.length.toString(16)}\r\n`
    const [one, two] = [bytes.subarray(0, 5), bytes.subarray(5)]
    return Buffer.concat([
      Buffer.from(size(one)),
      one,
      Buffer.from(`\r\n${size(two)}`),
      two,
      Buffer.from('\r\n0\r\n\r\n'),
    ])
  }
  const length = String(Buffer.byteLength(body))
  const asJson = { headers, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
  const forms: [string, Buffer | string][] = [
    ['raw HTTP', rawRequest(headers, body)],
    ['raw HTTP with LF', rawRequest(headers, body, { lineEnd: '\n' })],
    ['raw HTTP without its first line', rawRequest(headers, body, { requestLine: '' })],
    [
      'raw HTTP with empty lines before it',
      Buffer.concat([Buffer.from('\r\n\n'), rawRequest(headers, body)]),
    ],
    [
      'raw HTTP with a line end that the tool put behind it',
      rawRequest({ ...headers, 'Content-Length': length }, `${body}\n`),
    ],
    ['raw HTTP in chunks', rawRequest({ ...headers, 'Transfer-Encoding': 'chunked' }, chunked(body))],
    [
      'raw HTTP in chunks that the tool joined',
      rawRequest({ ...headers, 'Transfer-Encoding': 'chunked' }, body),
    ],
    ['the JSON of API Gateway', JSON.stringify({ headers, body })],
    ['the JSON of API Gateway in base64', JSON.stringify(asJson)],
  ]
  it.each(forms)('reads %s', async (_what, input) => {
    const bytes = typeof input === 'string' && !input.startsWith('{') ? Buffer.from(input, 'latin1') : input
    const { code, out, err } = await verify(bytes)
    expect({ code, err, out }).toMatchObject({ code: 0, err: '' })
    expect(out).toMatch(/^X-Sourcegraph-Webhook-Signature: verifies\nwebhook-signature: verifies\n/)
  })

  it('takes headers and a body one by one, and files of secrets', async () => {
    const flags = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const secretFile = fileOf('secret', `${secret}\n`)
    const args = [...flags, '--body', fileOf('body.json', body), '--secret-file', secretFile]
    expect(await verify('', args, { WEBHOOK_SECRET: '' })).toMatchObject({ code: 0 })
    const fromInput = [...flags, '--body', '-', '--secret-file', secretFile]
    expect(await verify(body, fromInput)).toMatchObject({ code: 0 })
  })

  it('asks for the secret when somebody is there, and needs no login', async () => {
    const args = ['verify', fileOf('request', rawRequest(headers, body)), '--received-at', receivedAt]
    expect(await cli.run(args, { answers: [secret] })).toMatchObject({ code: 0 })
    expect(await cli.run(args)).toMatchObject({ code: 2, err: expect.stringContaining('WEBHOOK_SECRET') })
  })

  it('says why not, with exit code 1, and never repeats the secret', async () => {
    const ran = await verify(rawRequest(headers, `${body}\n`), [], { WEBHOOK_SECRET: secret })
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('webhook-signature: DOES NOT VERIFY\n  The body got a line end')
    expect(ran.out + ran.err).not.toContain(secret)
    const other = await verify(
      rawRequest(headers, body),
      ['--previous-secret-file', fileOf('old', secret), '--json'],
      {
        WEBHOOK_SECRET: 'another',
      },
    )
    expect(other.json()).toMatchObject({
      verifies: false,
      verdicts: [{ reasons: [expect.stringContaining('previous secret')] }, { verifies: false }],
    })
  })

  it('judges a request that came earlier as of now unless it is told when', async () => {
    const ran = await cli.run(['verify'], {
      input: rawRequest(headers, body),
      environment: { WEBHOOK_SECRET: secret },
    })
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('--received-at') })
  })

  it.each([
    ['nothing', '', []],
    ['no headers', 'hello', []],
    ['a body alone', body, []],
    ['--body alone', '', ['--body', '-']],
    ['--header alone', '', ['--header', 'a: b']],
    ['a header without a colon', '', ['--header', 'ab', '--body', '-']],
    ['two things on standard input', '', ['--secret-file', '-']],
    ['a file that is not there', '', ['/nowhere/request']],
  ])('is wrong usage with %s', async (_what, input, args) => {
    expect(await verify(input, args)).toMatchObject({ code: 2, out: '' })
  })
})
