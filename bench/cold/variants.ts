import { join } from 'node:path'
import { build } from 'esbuild'
import { examplePayload } from '../../functions/domain/event-types.ts'
import { deliveryId, eventId, shortId } from '../../functions/domain/ids.ts'
import { signingKeys, sourcegraphSignature } from '../../functions/domain/signature.ts'
import { bundleOptions } from '../../lib/bundle-options.ts'
import { known } from './aws.ts'

/** A function as it is deployed, and the requests that may be its first. */
export interface Variant {
  readonly name: string
  readonly file: string
  readonly requests: readonly FirstRequest[]
}

export interface FirstRequest {
  readonly label: string
  readonly request: unknown
  /** What its answer has to hold. */
  readonly answer: Readonly<Record<string, unknown>>
}

const entropy = new Uint8Array(16)
const nowMs = Date.now()
const message = {
  delivery_id: deliveryId({ eventId: eventId(nowMs, entropy), webhookId: shortId('whk', nowMs, entropy) }),
  ...{ event_type: 'changeset:publish', attempt: 1, trigger: 'event', payload: '{}' },
}
const type = 'batch_change:apply'
const payload = examplePayload(type) ?? Buffer.from('{}')

function posted(
  label: string,
  statusCode: number,
  headers: Record<string, string>,
  body: string,
): FirstRequest {
  const http = { httpMethod: 'POST', resource: '/events', headers, body, isBase64Encoded: false }
  return { label, answer: { statusCode }, request: { ...http, requestContext: { requestId: 'bench' } } }
}

const published = JSON.stringify({ type, payload: JSON.parse(String(payload)) })
const requests: Readonly<Record<string, readonly FirstRequest[]>> = {
  ingest: [
    posted('a known token', 202, { authorization: `Bearer ${known.token}` }, published),
    posted(
      'signed by Sourcegraph',
      202,
      {
        'x-sourcegraph-webhook-event-type': type,
        'x-sourcegraph-webhook-signature': sourcegraphSignature(
          signingKeys(known.secret).sourcegraph,
          payload,
        ),
      },
      String(payload),
    ),
    posted('an unknown token', 401, { authorization: 'Bearer unknown' }, published),
  ],
  deliver: [
    {
      ...{ label: 'a delivery', answer: { batchItemFailures: [] } },
      request: {
        Records: [
          { messageId: 'm1', body: JSON.stringify(message), attributes: { ApproximateReceiveCount: '1' } },
        ],
      },
    },
  ],
}

/** Bundles ours and the ordinary one into the folder. */
export async function buildVariants(folder: string): Promise<readonly Variant[]> {
  const ordinary = {
    ...{ name: 'ordinary', file: join(folder, 'ordinary.mjs') },
    requests: [{ label: 'a read', request: { id: 'id' }, answer: {} }],
  }
  await build({
    entryPoints: ['bench/cold/ordinary.ts'],
    ...{
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      outfile: ordinary.file,
    },
    // The SDK's CommonJS parts ask for Node's modules by `require`, which ES modules lack.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  })
  const ours = Object.entries(requests).map(async ([name, first]) => {
    const file = join(folder, `${name}.cjs`)
    await build({ ...bundleOptions(name), outfile: file })
    return { name, file, requests: first }
  })
  return [ordinary, ...(await Promise.all(ours))]
}
