import { createHash, createHmac } from 'node:crypto'
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
  const { host: _sentByFetch, ...headers } = signedHeaders(caller, {
    service: 'secretsmanager',
    host: url.host,
    body,
    nowMs,
  })
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new Unavailable(isDown, { cause })
  })
  if (response.status >= 500 || response.status === 429) throw new Unavailable(isDown)
  if (!response.ok) throw new Error(`Secrets Manager answered ${response.status} for ${secretId}.`)
  const answer: unknown = await response.json()
  const value =
    typeof answer === 'object' && answer !== null && 'SecretString' in answer && answer.SecretString
  if (typeof value !== 'string') throw new Error(`The secret ${secretId} holds no text.`)
  return value
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
