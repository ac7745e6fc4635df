import * as z from 'zod/mini'
import { eventType, type Target } from './load.ts'

/** Makes things over the server's API. */
export type Create = (path: string, body: object) => Promise<unknown>

export function creator(url: string, adminToken: string): Create {
  return async (path, body) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.status !== 201)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
}

/** A token that may publish. */
export async function publishToken(create: Create): Promise<string> {
  const answer = await create('/tokens', { name: 'bench', scopes: ['publish'] })
  return z.object({ token: z.string() }).parse(answer).token
}

/** A webhook that wants events of one type. */
export async function addWebhook(create: Create, url: string, type: string): Promise<void> {
  await create('/webhooks', { url, secret: 'bench secret', event_types: [type] })
}

/** Makes a publish token and `fanOut` webhooks, each with a path of its own at the receiver. */
export async function setUp(
  url: string,
  { adminToken, fanOut, receiverPort }: { adminToken: string; fanOut: number; receiverPort: number },
): Promise<Target> {
  const create = creator(url, adminToken)
  const token = await publishToken(create)
  const paths = Array.from({ length: fanOut }, (_, index) => `/${index + 1}`)
  for (const path of paths) await addWebhook(create, `http://127.0.0.1:${receiverPort}${path}`, eventType)
  return { url: `${url}/events`, token, paths }
}
