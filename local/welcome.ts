import { formatDuration } from '../functions/domain/duration.ts'
import { version } from '../functions/version.ts'
import type { RunningServer } from './server.ts'
import type { Settings } from './settings.ts'

/** What the server prints once it is ready. `newToken`: the token that was made at this start; a given one is not repeated. */
export function welcomeText(
  { url, newToken, hasConsole }: Pick<RunningServer, 'url' | 'newToken' | 'hasConsole'>,
  settings: Settings,
): string {
  const lines = [
    `Outgoing webhooks for Sourcegraph ${version}, ready at ${url}`,
    hasConsole
      ? `Console: ${url}/console/`
      : 'Console: not built. "npm ci && npm run console:build" builds it; all else works without it.',
    `Data: ${settings.dataDir}`,
    settings.development
      ? 'Development: receivers on this machine, plain HTTP and any port are allowed. "npm run serve" is strict.'
      : strictText(settings),
    tokenText(settings, newToken),
  ]
  if (settings.adminToken !== undefined && settings.adminToken.length < 20) {
    lines.push('The admin token is short: whoever guesses it owns this server. Use 20 characters or more.')
  }
  const longestMs = settings.retrySchedule.reduce((sum, waitMs) => sum + waitMs, 0)
  if (longestMs > settings.retention) {
    lines.push(
      `Retention (${formatDuration(settings.retention)}) ends before the retry schedule does: what is not delivered by then is cancelled.`,
    )
  }
  return `${[...lines, ...(settings.development ? walk(url, newToken) : [])].join('\n')}\n`
}

function tokenText({ adminToken }: Settings, newToken: string | undefined): string {
  if (newToken !== undefined) return `Admin token (shown this once; it is stored hashed): ${newToken}`
  if (adminToken !== undefined) return 'Admin token: the one given.'
  return 'Admin token: shown at the first start. Lost it? Start with ADMIN_TOKEN=<a new one>.'
}

function strictText({ allowHttp, allowedNetworks, allowedPorts }: Settings): string {
  const networks = allowedNetworks.map(({ text }) => text).join(', ')
  const ports = allowedPorts === 'any' ? 'any port' : `ports ${allowedPorts.join(', ')}`
  return `Receivers: ${allowHttp ? 'HTTPS and plain HTTP' : 'HTTPS only'}, ${ports}, public addresses${networks === '' ? '' : ` and ${networks}`}.`
}

/** The README's walk, in four lines. */
function walk(url: string, newToken: string | undefined): string[] {
  const auth = '-H "Authorization: Bearer $TOKEN"'
  const sign = "$(openssl dgst -sha256 -hmac A1B2C3D4E5F6 -hex < examples/batch-change.json | sed 's/.* //')"
  return [
    '',
    'Try it. In a second terminal: npm run receiver -- --secret "shared secret"',
    `In a third: export TOKEN=${newToken ?? '<the admin token>'}`,
    `  curl ${auth} ${url}/webhooks -d '{"url": "http://127.0.0.1:9000/", "secret": "shared secret", "event_types": ["*"]}'`,
    `  curl ${auth} ${url}/sources -d '{"name": "my Sourcegraph", "secret": "A1B2C3D4E5F6"}'`,
    `  curl ${url}/events -H "X-Sourcegraph-Webhook-Event-Type: batch_change:apply" -H "X-Sourcegraph-Webhook-Signature: ${sign}" --data-binary @examples/batch-change.json`,
    `  curl ${auth} ${url}/events`,
    '',
  ]
}
