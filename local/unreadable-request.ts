import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Problem, problemReply } from '../functions/api/problem.ts'

// How long a client has to read the answer before its connection is cut; it may still be sending.
const lingerMs = 2_000

const ofCodes: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers_too_large',
    title: 'Headers too large',
    detail: 'The request line and the headers are larger than 16 KiB together: send less in them.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'too_large',
    title: 'Too large',
    detail: 'The chunk extensions are larger than 16 KiB: send none.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request_timeout',
    title: 'Too slow',
    detail: 'The request did not come to its end in time: send it again.',
  },
}

/** A request that breaks a rule of HTTP; `why` is one clause. */
export function malformed(why: string): Problem {
  return {
    status: 400,
    code: 'malformed_request',
    title: 'Malformed request',
    detail: `The request is not valid HTTP/1.1: ${why}.`,
  }
}

/** Answers what Node's parser gives up on with problem details; by itself Node answers with a bare status. */
export function answerUnreadable(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>()
  const ended = new WeakSet<Duplex>()
  server.on('request', (request, response) => latest.set(request.socket, response))
  server.on('connect', (_request, socket) =>
    end(socket, malformed('CONNECT is for proxies, and this is none')),
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (ended.has(socket)) return
    ended.add(socket)
    const { code = 'no code' } = error
    const problem = ofCodes[code] ?? malformed(`check its request line, headers and framing (${code})`)
    const response = latest.get(socket)
    if (!socket.writable || code === 'ECONNRESET') socket.destroy()
    else if (response?.req.complete === false && response.headersSent) socket.destroy()
    // A whole request came before: its answer comes first, or this one would be taken for it.
    else if (response?.req.complete === true && !response.writableFinished)
      response.once('finish', () => end(socket, problem))
    else end(socket, problem)
  })
}

function end(socket: Duplex, problem: Problem): void {
  const { statusCode, headers, body } = problemReply(problem, undefined)
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' })
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ]
  socket.on('error', () => {})
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(timer))
}
