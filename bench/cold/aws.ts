import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod/mini'
import { webhookAttributes } from '../../functions/adapters/aws/webhook-item.ts'
import { parseSealed } from '../../functions/domain/sealed.ts'
import { tokenHash } from '../../functions/domain/token.ts'
import { urlOf } from '../../local/url-of.ts'
import { aWebhook } from '../../test/support/builders.ts'

/** A token that may publish, and what signs for a Sourcegraph instance and to a webhook, as this AWS knows them. */
export const known = { token: 'the-token-of-the-bench', secret: 'the-secret-of-the-bench' }

const sealed = 'kms1:c2VhbGVk'
const Key = z.object({ pk: z.object({ S: z.string() }) })
const Get = z.object({ Key })
const Query = z.object({ ExpressionAttributeValues: z.record(z.string(), z.object({ S: z.string() })) })
const BatchGet = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(Key) })) })

/**
 * AWS as far as functions ask it here, a server that answers at once, and in the same place the receiver of a webhook that
 * wants every event.
 */
export async function startAws(): Promise<{ readonly endpoint: string; close(): void }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = urlOf(server.address(), '127.0.0.1')
  const answers = answersOf(itemsWith(`${endpoint}/hook`))
  server.on('request', async (request, response) => {
    const answer = answers[operationOf(request)]?.(await json(request)) ?? {}
    response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(answer))
  })
  return { endpoint, close: () => server.close() }
}

type Items = Readonly<Record<string, object>>

/** What the tables hold, by its partition; one item of each. */
function itemsWith(url: string): Items {
  const webhook = aWebhook({ url, secret: parseSealed(sealed) })
  return {
    [`hash#${tokenHash(known.token)}`]: {
      ...{ id: 'tok_0000000000000001', name: 'bench', hash: tokenHash(known.token) },
      ...{ scopes: ['publish'], created_at: 0, valid_until: null },
    },
    source: { sk: 'src_0000000000000001', name: 'bench', secret: sealed, created_at: 0 },
    'type#*': { sk: webhook.id },
    webhook: { sk: webhook.id, ...webhookAttributes(webhook) },
  }
}

/** What each operation answers; all others answer nothing, as a write that went well does. */
function answersOf(items: Items): Readonly<Record<string, (input: unknown) => object>> {
  return {
    GetItem: (input) => ({ Item: attributesOf(items[z.parse(Get, input).Key.pk.S]) }),
    Query: (input) => {
      const values = Object.values(z.parse(Query, input).ExpressionAttributeValues)
      return { Items: values.flatMap(({ S: pk }) => attributesOf(items[pk]) ?? []) }
    },
    BatchGetItem: (input) => {
      const found = Object.entries(z.parse(BatchGet, input).RequestItems).map(([table, { Keys }]) => [
        table,
        Keys.flatMap(({ pk }) => attributesOf(items[pk.S]) ?? []),
      ])
      return { Responses: Object.fromEntries(found) }
    },
    Decrypt: () => ({ Plaintext: Buffer.from(known.secret).toString('base64') }),
    GetSecretValue: () => ({ SecretString: 'another token' }),
  }
}

function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? ''
}

/** An item as DynamoDB writes it down. */
function attributesOf(item: object | undefined): object | undefined {
  return (
    item &&
    Object.fromEntries(
      Object.entries(item)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, attributeOf(value)]),
    )
  )
}

function attributeOf(value: unknown): object {
  if (value === null) return { NULL: true }
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (Array.isArray(value)) return { L: value.map(attributeOf) }
  return { M: attributesOf(Object(value)) }
}
