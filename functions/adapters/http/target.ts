import { checkWebhookUrl, type UrlPolicy } from '../../domain/webhook-url.ts'
import type { Endpoint } from './guarded-connect.ts'
import { requestTarget } from './request-target.ts'

/** Where a URL's requests go, and what they ask for. */
export interface Target extends Endpoint {
  /** Scheme, host and port. */
  readonly origin: string
  /** The `Host` header's value. */
  readonly authority: string
  /** Path and query. */
  readonly path: string
}

/** Reads a webhook's URL, or says why the policy refuses it. */
export function readTarget(rawUrl: string, policy: UrlPolicy): Target | { readonly refusal: string } {
  const verdict = checkWebhookUrl(rawUrl, policy)
  if (!verdict.ok) return { refusal: verdict.reason }
  const { url } = verdict
  const secure = url.protocol === 'https:'
  return {
    origin: url.origin,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    path: requestTarget(rawUrl, url),
  }
}
