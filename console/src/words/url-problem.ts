import { parseNetwork } from '../../../functions/domain/ip-address.ts'
import { checkWebhookUrl } from '../../../functions/domain/webhook-url.ts'

// Which schemes, ports and networks are open is the operator's to say: the API holds a URL to that.
const everything = {
  allowHttp: true,
  allowedPorts: 'any',
  allowedNetworks: [parseNetwork('0.0.0.0/0'), parseNetwork('::/0')],
} as const

/** What is wrong with a URL wherever the service runs, in the API's words; undefined when nothing is. */
export function urlProblem(url: string): string | undefined {
  const verdict = checkWebhookUrl(url.trim(), everything)
  return verdict.ok ? undefined : verdict.reason
}
