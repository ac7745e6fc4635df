import { aSecret } from '../../support/canaries.ts'
import type { Transcript } from './transcript.ts'

const url = 'https://ci.example.com/'

/** Sends secrets in requests that are wrong: what is answered must say what is wrong without repeating them. */
export async function makeMistakes(transcript: Transcript, webhookId: string): Promise<void> {
  const secret = () => transcript.hidden('a secret in a request that is wrong', aSecret())
  const path = `/webhooks/${webhookId}`
  const wrong: readonly (readonly [string, string, unknown])[] = [
    ['POST', '/webhooks', `{"secret": "${secret()}",}`],
    [
      'POST',
      '/webhooks',
      `{"url": "${url}", "event_types": ["*"], "secret": "${secret()}" "description": "no comma"}`,
    ],
    ['POST', '/webhooks', `{"secret": "${secret()}`],
    ['POST', '/webhooks', `{"secret": ${secret()}}`],
    ['POST', '/webhooks', secret()],
    ['POST', '/webhooks', { url, event_types: ['*'], secret: `whsec_${secret()}!` }],
    ['POST', '/webhooks', { url, event_types: ['*'], secret: secret().repeat(20) }],
    ['POST', '/webhooks', { url, event_types: ['*'], secret: [secret()] }],
    ['POST', '/webhooks', { url, event_types: ['*'], sekret: secret() }],
    ['POST', '/webhooks', { url: `https://user:${secret()}@ci.example.com/`, event_types: ['*'] }],
    ['POST', '/webhooks', { url, event_types: ['*'], headers: { 'X-Key': `${secret()}\n` } }],
    ['POST', '/webhooks', { url, event_types: ['*'], headers: { 'Webhook-Key': secret() } }],
    ['PATCH', path, { secret: secret() }],
    ['PATCH', path, { headers: { 'X-Key': `${secret()}ü` } }],
    ['POST', `${path}/rotate-secret`, { secret: secret(), overlap: '8d' }],
    ['POST', `${path}/rotate-secret`, { secret: `whsec_${secret()}` }],
    ['POST', '/sources', { name: '', secret: secret() }],
    ['POST', '/tokens', { name: 'x', scopes: ['all'], token: secret() }],
    ['GET', `/webhooks?token=${secret()}`, undefined],
    ['PUT', path, { secret: secret() }],
  ]
  for (const [method, target, body] of wrong) {
    const { name, status } = await transcript.call(method, target, body)
    if (status < 400 || status >= 500) throw new Error(`${name}: it was to be refused.`)
  }
  const strangers: readonly Readonly<Record<string, string>>[] = [
    { authorization: `Bearer ${secret()}` },
    { authorization: `Basic ${secret()}` },
    { authorization: secret() },
  ]
  for (const headers of strangers)
    for (const [method, target] of [
      ['GET', '/webhooks'],
      ['POST', '/events'],
    ] as const)
      await transcript.call(method, target, method === 'POST' ? {} : undefined, headers)
  await transcript.call('POST', '/events', '{}', { 'x-sourcegraph-webhook-signature': secret() })
}
