import type { IncomingMessage } from 'node:http'
import { NotFound } from '../functions/domain/errors.ts'

/**
 * What a request asks for. Its path must be written as the parser reads it: tidied up, `/events/../webhooks` would lead
 * past a proxy that lets through what begins with `/events`. A path of `//host` is a path, put behind an authority.
 * @throws NotFound
 */
export function requestTarget({ url = '/' }: IncomingMessage): URL {
  const absolute = url.startsWith('/') ? `http://localhost${url}` : url
  const [path = ''] = absolute.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 1)
  const target = URL.parse(absolute)
  if (target === null || target.pathname !== path || target.hash !== '') throw new NotFound('page', path)
  return target
}
