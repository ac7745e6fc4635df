import { createHmac } from 'node:crypto'
import { Agent, request as startRequest } from 'node:http'
import * as z from 'zod'

const Accepted = z.object({ id: z.string() })

/** One event as a Sourcegraph instance sees it: what it posted, and the id it was accepted under, if it was. */
export interface Publication {
  readonly body: string
  readonly id: string | undefined
  readonly tries: number
}

/** Posts like a Sourcegraph instance (docs/sourcegraph.md §2): up to 21 tries of the same bytes, 0.2 s to 3 s apart. */
export class SourcegraphPublisher {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #options: { readonly url: string; readonly secret: string; readonly random: () => number }

  constructor(options: { readonly url: string; readonly secret: string; readonly random: () => number }) {
    this.#options = options
  }

  async publish(type: string, body: string): Promise<Publication> {
    const maxTries = 21
    for (let tries = 1; tries <= maxTries; tries++) {
      const answer = await this.#post(type, body)
      if (answer !== undefined && answer.status < 400)
        return { body, tries, id: Accepted.parse(JSON.parse(answer.text)).id }
      const again =
        answer === undefined || answer.status === 429 || (answer.status >= 500 && answer.status !== 501)
      if (!again) return { body, tries, id: undefined }
      const waitMs = Math.min(200 * 2 ** (tries - 1), 3_000) * (0.5 + this.#options.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, Math.max(200, waitMs)))
    }
    return { body, tries: maxTries, id: undefined }
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(type: string, body: string): Promise<{ status: number; text: string } | undefined> {
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Sourcegraph-Webhook-Event-Type': type,
      'X-Sourcegraph-Webhook-Signature': createHmac('sha256', this.#options.secret)
        .update(body)
        .digest('hex'),
    }
    return new Promise((resolve) => {
      const request = startRequest(
        `${this.#options.url}/events`,
        { method: 'POST', agent: this.#agent, headers },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += String(chunk)
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
          response.on('error', () => resolve(undefined))
        },
      )
      request.on('error', () => resolve(undefined))
      request.end(body)
    })
  }
}
