import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { signingKeys } from '../../functions/domain/signature.ts'
import { readBody } from '../read-body.ts'
import { urlOf } from '../url-of.ts'
import { type Answer, type Behaviour, decideAnswer, type Verdict } from './answer.ts'
import { receptionText } from './report.ts'
import { verificationProblems } from './verify-request.ts'

const maxBodyBytes = 1024 * 1024
// Only the latest ids are counted, so that a load test does not fill the memory.
const maxIdsCounted = 100_000

export interface ReceiverOptions extends Partial<Behaviour> {
  /** 9000 when not given; 0 takes any free one. */
  readonly port?: number
  /** 127.0.0.1 when not given. */
  readonly host?: string
  /** Without it nothing is verified. */
  readonly secret?: string | undefined
  /** Gets the lines of one request at a time, ended by a blank one. */
  readonly print: (text: string) => void
}

export interface Receiver {
  /** Without a slash at its end. */
  readonly url: string
  /** Ends at once: requests that wait for their answer are cut off. */
  close(): Promise<void>
}

/**
 * Starts a receiver to try webhooks with: it prints each request and whether its signatures verify, and fails as told.
 * @throws the error of `listen` (EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND).
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { port = 9000, host = '127.0.0.1', secret, print, ...told } = options
  const behaviour: Behaviour = { hang: false, failFirst: 0, delayMs: 0, ...told }
  const keys = secret === undefined ? undefined : signingKeys(secret)
  const counts = new Map<string | undefined, number>()
  let isClosing = false

  function verdictOn(request: IncomingMessage, body: Buffer, nowMs: number): Verdict {
    if (keys === undefined) return { kind: 'unchecked' }
    const problems = verificationProblems(keys, { headers: headersOf(request), body }, nowMs)
    return problems.length === 0 ? { kind: 'verified' } : { kind: 'refused', problems }
  }

  function countOf(id: string | undefined): number {
    const count = (counts.get(id) ?? 0) + 1
    counts.delete(id)
    counts.set(id, count)
    if (counts.size > maxIdsCounted) counts.delete(counts.keys().next().value)
    return count
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxBodyBytes)
    const atMs = Date.now()
    const headers = headersOf(request)
    const id = headers['webhook-id']
    const attempt = countOf(id)
    const verdict: Verdict = body === undefined ? { kind: 'unchecked' } : verdictOn(request, body, atMs)
    const answer = decideAnswer(behaviour, { attempt, isTooLarge: body === undefined, verdict })
    const { method, path } = lineOf(request)
    const eventType = headers['x-sourcegraph-webhook-event-type']
    print(receptionText({ atMs, method, path, eventType, id, attempt, body, verdict, answer }))
    response.once('close', () => {
      if (response.writableEnded || isClosing) return
      const seconds = ((Date.now() - atMs) / 1_000).toFixed(1)
      print(`The sender of ${id ?? path} gave up after ${seconds} s without an answer.\n\n`)
    })
    reply(response, answer)
  }

  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      const { method, path } = lineOf(request)
      if (!isClosing)
        print(`${method} ${path} broke off: ${error instanceof Error ? error.message : error}\n\n`)
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  return {
    url: urlOf(server.address(), host),
    close: () => {
      isClosing = true
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer.kind === 'never') return
  const timer = setTimeout(() => {
    response.writeHead(answer.status, answer.headers)
    response.end(answer.text)
  }, answer.delayMs)
  response.once('close', () => clearTimeout(timer))
}

function lineOf(request: IncomingMessage): { method: string; path: string } {
  return { method: request.method ?? '', path: request.url?.split('?')[0] ?? '' }
}

/** Headers under their names in lower case; one that came twice has its values joined, and then fits no signature. */
function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]))
}
