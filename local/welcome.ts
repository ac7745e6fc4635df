import { version } from '../functions/version.ts'
import type { Settings } from './settings.ts'

/** What the server prints once it is ready. `newToken`: the token that was made at this start. */
export function welcomeText(url: string, settings: Settings, newToken: string | undefined): string {
  const token = newToken ?? settings.adminToken
  const lines = [
    `Outgoing webhooks for Sourcegraph ${version}, ready at ${url}`,
    `Data: ${settings.dataDir}`,
    settings.development
      ? 'Development: receivers on this machine, plain HTTP and any port are allowed. "npm run serve" is strict.'
      : strictText(settings),
    newToken !== undefined
      ? `Admin token (shown this once; it is stored hashed): ${newToken}`
      : settings.adminToken !== undefined
        ? 'Admin token: as given.'
        : 'Admin token: shown at the first start. Lost it? Start with ADMIN_TOKEN=<a new one>.',
  ]
  if (settings.adminToken !== undefined && settings.adminToken.length < 20) {
    lines.push('The admin token is short: whoever guesses it owns this server. Use 20 characters or more.')
  }
  return `${[...lines, ...(settings.development ? walk(url, token) : [])].join('\n')}\n`
}

function strictText({ allowHttp, allowedNetworks, allowedPorts }: Settings): string {
  const networks = allowedNetworks.map(({ text }) => text).join(', ')
  const ports = allowedPorts === 'any' ? 'any port' : `ports ${allowedPorts.join(', ')}`
  return `Receivers: ${allowHttp ? 'HTTPS and plain HTTP' : 'HTTPS only'}, ${ports}, public addresses${networks === '' ? '' : ` and ${networks}`}.`
}

/** The README's walk; `npm run receiver` in another terminal shows what arrives. */
function walk(url: string, token: string | undefined): string[] {
  const auth = `-H "Authorization: Bearer ${token ?? '<the admin token>'}"`
  return [
    '',
    'Try it, with "npm run receiver -- --secret whsec-demo" in another terminal:',
    `  curl ${auth} ${url}/webhooks -d '{"url":"http://127.0.0.1:9000/","secret":"whsec-demo","event_types":["*"]}'`,
    `  curl ${auth} ${url}/sources -d '{"name":"my Sourcegraph","secret":"A1B2C3D4E5F6"}'`,
    `  curl ${url}/events -H "X-Sourcegraph-Webhook-Event-Type: batch_change:apply" -H "X-Sourcegraph-Webhook-Signature: $(openssl dgst -sha256 -hmac A1B2C3D4E5F6 -hex < examples/batch-change.json | sed 's/.* //')" --data-binary @examples/batch-change.json`,
    `  curl ${auth} ${url}/events`,
    '',
  ]
}
