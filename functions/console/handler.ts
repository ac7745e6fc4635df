import { gunzipSync } from 'node:zlib'
import { type GatewayReply, type GatewayRequest, headerOf } from '../api/gateway.ts'
import { problemOf, problemReply } from '../api/problem.ts'
import { NotFound } from '../domain/errors.ts'
import type { PackedConsole, PackedFile } from './files.ts'

/** With every answer. The page holds a token: no script, style or call of anybody else's may come near it. */
export const protections = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

/** The console's two routes, as API Gateway names them: the first with or without a slash at its end. */
export const consoleRoutes = ['/console', '/console/{proxy+}'] as const

const page = 'index.html'

/** `GET /console` and what lies under it: files that are no secret, so no token is asked for. */
export function consoleHandler(packed: PackedConsole) {
  const files = new Map(Object.entries(packed ?? {}))
  return async (request: GatewayRequest): Promise<GatewayReply> => {
    const reply = answer(files, request)
    return { ...reply, headers: { ...reply.headers, ...protections } }
  }
}

function answer(files: ReadonlyMap<string, PackedFile>, request: GatewayRequest): GatewayReply {
  const { resource, path, pathParameters, requestContext } = request
  if (resource === consoleRoutes[0] && !path.endsWith('/') && !requestContext.path.endsWith('/'))
    // Relative, because behind API Gateway the path begins with a stage.
    return { statusCode: 302, headers: { Location: 'console/', 'Cache-Control': 'no-cache' }, body: '' }
  // What is asked for is looked up among the names that there are, and is never a path on a disk.
  const name = resource === consoleRoutes[0] ? page : (pathParameters?.proxy ?? '')
  const file = files.get(name)
  if (file === undefined && name === page) return notBuilt()
  if (file === undefined) return problemReply(problemOf(new NotFound('page', path)), requestContext.requestId)
  const headers = {
    'Cache-Control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  }
  if (holds(headerOf(request, 'if-none-match'), file.etag)) return { statusCode: 304, headers, body: '' }
  const typed = { ...headers, 'Content-Type': file.type }
  return takesGzip(headerOf(request, 'accept-encoding'))
    ? encoded(file.gzipped, { ...typed, 'Content-Encoding': 'gzip' })
    : encoded(gunzipSync(Buffer.from(file.gzipped, 'base64')).toString('base64'), typed)
}

function encoded(body: string, headers: Readonly<Record<string, string>>): GatewayReply {
  return { statusCode: 200, headers: { ...headers }, body, isBase64Encoded: true }
}

function notBuilt(): GatewayReply {
  return {
    statusCode: 503,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
    body: 'The console is not built. Build it with "npm ci && npm run console:build", then start or deploy again. The API works without it.\n',
  }
}

/** Whether `If-None-Match` has the tag, compared weakly (RFC 9110 §13.1.2). */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch?.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag)) ?? false
}

/** Whether `Accept-Encoding` allows gzip (RFC 9110 §12.5.3). */
function takesGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map(
    (acceptEncoding ?? '').split(',').map((entry) => {
      const [coding = '', weight = ''] = entry.split(';')
      return [coding.trim().toLowerCase(), Number(/^\s*q=([\d.]+)\s*$/i.exec(weight)?.[1] ?? 1)]
    }),
  )
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}
