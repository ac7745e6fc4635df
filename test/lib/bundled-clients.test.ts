import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bundleOptions } from '../../lib/bundle-options.ts'

// A call of each client to AWS itself: what it would send, and where to.
const asking = `
  import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
  import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
  import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
  import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

  export async function asked(region) {
    const requests = []
    const config = {
      ...{ region, maxAttempts: 1, credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' } },
      requestHandler: {
        handle: async ({ method, protocol, hostname, port, path, query, headers, body }) => {
          const [scope] = headers.authorization.split(', ')
          const text = Buffer.from(body).toString()
          requests.push({ method, protocol, hostname, port, path, query, host: headers.host, scope, text })
          throw new Error('Nobody is there.')
        },
      },
    }
    const queues = new SQSClient({ ...config, useQueueUrlAsEndpoint: false })
    for (const [client, command] of [
      [new DynamoDBClient(config), new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'key' } } })],
      [new KMSClient(config), new DecryptCommand({ CiphertextBlob: new Uint8Array([1]) })],
      [new SNSClient(config), new PublishCommand({ TopicArn: 'topic', Message: 'words' })],
      [queues, new SendMessageCommand({ QueueUrl: 'https://sqs/queue', MessageBody: 'body' })],
    ])
      await client.send(command).catch(() => {})
    return requests
  }
`
const Asking = z.object({
  asked: z.custom<(region: string) => Promise<readonly unknown[]>>((value) => typeof value === 'function'),
})

describe('the clients of the SDK, bundled as a function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-clients-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  async function bundled(name: string, options: BuildOptions) {
    const outfile = join(folder, `${name}.cjs`)
    await build({ stdin: { contents: asking, resolveDir: process.cwd() }, ...options, outfile })
    return Asking.parse(createRequire(import.meta.url)(outfile))
  }

  it('ask the same of the same hosts as the SDK as it comes', async () => {
    const { entryPoints: _none, ...options } = bundleOptions('none')
    const lean = await bundled('lean', options)
    const whole = await bundled('whole', { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
    for (const region of ['eu-central-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1']) {
      const requests = await lean.asked(region)
      expect(requests).toHaveLength(4)
      expect(requests).toEqual(await whole.asked(region))
    }
  }, 60_000)
})
