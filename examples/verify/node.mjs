// Verifies one webhook request: node node.mjs SECRET < body. Copy verify() into your handler.
// The request comes as a CGI program gets it (RFC 3875): its body on standard input, its headers in HTTP_WEBHOOK_ID,
// HTTP_WEBHOOK_TIMESTAMP and HTTP_WEBHOOK_SIGNATURE.
import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Throws an Error that says why when a request was not signed with the secret, or not within the last 5 minutes.
 * @param {string} secret as the webhook has it
 * @param {Record<string, string | undefined>} headers by lower-case name, such as `request.headers` of node:http
 * @param {Buffer} body the bytes as they came, before any parser
 */
function verify(secret, headers, body) {
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    if (!headers[name]) throw new Error(`${name} is missing`)
  }
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  if (key.length === 0) throw new Error('the secret is empty, or no base64 behind whsec_')

  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers
  const standard = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  // Several while the secret is being changed: one for each.
  if (!headers['webhook-signature'].split(' ').some((signature) => isEqual(signature, `v1,${standard}`)))
    throw new Error('webhook-signature does not fit')

  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!(ageSeconds <= 300)) throw new Error('webhook-timestamp is not within 5 minutes of this clock')
}

function isEqual(given, expected) {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const header = ([name, value]) => [name.slice('HTTP_'.length).toLowerCase().replaceAll('_', '-'), value]
try {
  const headers = Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => name.startsWith('HTTP_'))
      .map(header),
  )
  verify(process.argv[2] ?? '', headers, Buffer.concat(await process.stdin.toArray()))
  process.stdout.write('verified\n')
} catch (error) {
  process.stderr.write(`not verified: ${error.message}\n`)
  process.exitCode = 1
}
