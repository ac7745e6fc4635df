import { signingKeys, sourcegraphSignature, standardSignature } from '../../../functions/domain/signature.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../../../local/receiver/receiver.ts'

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const payload = '{"id":"QmF0Y2hDaGFuZ2U6MTcz","state":"OPEN"}'

const running = new Set<Receiver>()

/** Closes every receiver that `aReceiver` started. */
export async function closeReceivers(): Promise<void> {
  await Promise.all([...running].map((receiver) => receiver.close()))
  running.clear()
}

/** A receiver on a free port, and what it prints: `text` so far, `printed` once it contains the given text. */
export async function aReceiver(options: Omit<ReceiverOptions, 'print'>) {
  let all = ''
  const waiting: { text: string; resolve: (all: string) => void }[] = []
  const receiver = await startReceiver({
    port: 0,
    ...options,
    print: (text) => {
      all += text
      for (const wait of waiting) if (all.includes(wait.text)) wait.resolve(all)
    },
  })
  running.add(receiver)
  const printed = (text: string) =>
    new Promise<string>((resolve) => (all.includes(text) ? resolve(all) : waiting.push({ text, resolve })))
  return { url: receiver.url, receiver, printed, text: () => all }
}

/** Headers as the service sends them. */
export function signed(
  body: string,
  { key = secret, id = 'evt_1', ageSeconds = 0 }: { key?: string; id?: string; ageSeconds?: number } = {},
): Record<string, string> {
  const keys = signingKeys(key)
  const bytes = Buffer.from(body)
  const timestamp = Math.floor(Date.now() / 1_000) - ageSeconds
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Sourcegraph-Webhook-Event-Type': 'batch_change:apply',
    'X-Sourcegraph-Webhook-Signature': sourcegraphSignature(keys.sourcegraph, bytes),
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignature(keys.standard, { id, timestamp, body: bytes }),
  }
}

/** Posts a body as the service does. */
export async function post(url: string, body: string, headers: Record<string, string>) {
  const response = await fetch(url, { method: 'POST', body, headers })
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text: await response.text(),
  }
}
