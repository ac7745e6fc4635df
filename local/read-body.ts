import type { IncomingMessage } from 'node:http'

/** The request's body; undefined when it is longer than `maxBytes`, and then no more of it is kept. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      resolve(undefined)
      return
    }
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
    })
    request.on('end', () => resolve(length > maxBytes ? undefined : Buffer.concat(chunks, length)))
    request.on('error', reject)
  })
}
