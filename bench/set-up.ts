import * as z from 'zod/mini'
import { eventType, type Target } from './load.ts'

/** Makes a publish token and `fanOut` webhooks, each with a path of its own at the receiver. */
export async function setUp(
  url: string,
  { adminToken, fanOut, receiverPort }: { adminToken: string; fanOut: number; receiverPort: number },
): Promise<Target> {
  const create = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.status !== 201)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  const { token } = z
    .object({ token: z.string() })
    .parse(await create('/tokens', { name: 'bench', scopes: ['publish'] }))
  const paths = Array.from({ length: fanOut }, (_, index) => `/${index + 1}`)
  for (const path of paths) {
    const receiver = `http://127.0.0.1:${receiverPort}${path}`
    await create('/webhooks', { url: receiver, secret: 'bench secret', event_types: [eventType] })
  }
  return { url: `${url}/events`, token, paths }
}
