/**
 * The path and query to ask for: as they stand in the stored URL, which the parser would tidy up (`/a/../b`), unless
 * they hold characters that cannot stand in a request line; then as the parser escapes them.
 */
export function requestTarget(rawUrl: string, url: URL): string {
  const afterScheme = rawUrl.indexOf('://') + 3
  const start = rawUrl.slice(afterScheme).search(/[/?]/)
  if (start === -1) return '/'
  const raw = rawUrl.slice(afterScheme + start)
  if (!/^[\x21-\x7e]+$/.test(raw)) return url.pathname + url.search
  return raw.startsWith('?') ? `/${raw}` : raw
}
