import { type Agent, request as startRequest } from 'node:http'
import type { FuzzRequest } from './requests.ts'

/** An answer as it came. */
export interface RawReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Writes a request as it is, which `fetch` would tidy up; rejects when no answer comes. */
export function send(
  { method, target, headers, body }: FuzzRequest,
  { port, agent }: { readonly port: number; readonly agent: Agent },
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, method, path: target, headers: [...headers] }
    const request = startRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response.rawHeaders), text })
      })
    })
    request.setTimeout(40_000, () => request.destroy(new Error('No answer came.')))
    request.on('error', reject)
    request.end(body)
  })
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '')
  return headers
}
