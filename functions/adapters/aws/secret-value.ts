import { createHash, createHmac } from 'node:crypto'
import { request as http, type IncomingMessage } from 'node:http'
import { request as https } from 'node:https'
import { Unavailable } from '../../domain/errors.ts'
import { serviceEndpoint } from './service-endpoint.ts'

/** Where AWS is, and who asks, as Lambda's environment says. */
export interface AwsCaller {
  readonly region: string
  /** Instead of AWS's own, for an emulator: `http://127.0.0.1:4566`. */
  readonly endpoint?: string | undefined
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

const timeoutMs = 3_000
const isDown = 'The token cannot be judged now. Send the same request again.'

/**
 * The current text of a secret of Secrets Manager. One call, signed here: the SDK's client would add a tenth to the code
 * that two functions load at each cold start.
 * @throws Unavailable when Secrets Manager does not answer in time, Error when it refuses.
 */
export async function readSecretValue(caller: AwsCaller, secretId: string, nowMs: number): Promise<string> {
  const url = new URL(caller.endpoint ?? serviceEndpoint('secretsmanager', caller.region))
  const body = JSON.stringify({ SecretId: secretId })
  const headers = signedHeaders(caller, { service: 'secretsmanager', host: url.host, body, nowMs })
  const { status, text } = await post(url, { headers, body }).catch((cause: unknown) => {
    throw new Unavailable(isDown, { cause })
  })
  if (status >= 500 || status === 429) throw new Unavailable(isDown)
  if (status !== 200) throw new Error(`Secrets Manager answered ${status} for ${secretId}.`)
  const answer: unknown = JSON.parse(text)
  const value =
    typeof answer === 'object' && answer !== null && 'SecretString' in answer && answer.SecretString
  if (typeof value !== 'string') throw new Error(`The secret ${secretId} holds no text.`)
  return value
}

// Not `fetch`, whose first call loads a client of its own: 40 ms of a processor that a function has a seventh or two of. A new
// connection each time, because a kept one may have died while Lambda held the process.
function post(
  url: URL,
  { headers, body }: { headers: Record<string, string>; body: string },
): Promise<{ readonly status: number; readonly text: string }> {
  const options = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http)(url, options, (response) => {
      const { statusCode: status = 0 } = response
      textOf(response).then((text) => resolve({ status, text }), reject)
    })
    request.on('error', reject).end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text
}

/**
 * The headers of a signed `POST /` in AWS's JSON protocol.
 * Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(
  { region, accessKeyId, secretAccessKey, sessionToken }: AwsCaller,
  { service, host, body, nowMs }: { service: string; host: string; body: string; nowMs: number },
): Record<string, string> {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    'x-amz-target': `${service}.GetSecretValue`,
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`
  const key = [time.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secretAccessKey}`,
  )
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'))
    .digest('hex')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
