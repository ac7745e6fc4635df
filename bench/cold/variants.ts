import { join } from 'node:path'
import { build } from 'esbuild'
import { deliveryId, eventId, shortId } from '../../functions/domain/ids.ts'
import { bundleOptions } from '../../lib/bundle-options.ts'

/** A function as it is deployed, and the request that has it make its first call. */
export interface Variant {
  readonly name: string
  readonly file: string
  readonly request: unknown
}

const entropy = new Uint8Array(16)
const nowMs = Date.now()
const message = {
  delivery_id: deliveryId({ eventId: eventId(nowMs, entropy), webhookId: shortId('whk', nowMs, entropy) }),
  ...{ event_type: 'changeset:publish', attempt: 1, trigger: 'event', payload: '{}' },
}
const http = {
  httpMethod: 'POST',
  resource: '/events',
  headers: { authorization: 'Bearer token' },
  body: '{}',
}
const requests: Readonly<Record<string, unknown>> = {
  ingest: { ...http, isBase64Encoded: false, requestContext: { requestId: 'bench' } },
  deliver: {
    Records: [
      { messageId: 'm1', body: JSON.stringify(message), attributes: { ApproximateReceiveCount: '1' } },
    ],
  },
}

/** Bundles ours and the ordinary one into the folder. */
export async function buildVariants(folder: string): Promise<readonly Variant[]> {
  const ordinary = { name: 'ordinary', file: join(folder, 'ordinary.mjs'), request: { id: 'id' } }
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
  const ours = Object.entries(requests).map(async ([name, request]) => {
    const file = join(folder, `${name}.cjs`)
    await build({ ...bundleOptions(name), outfile: file })
    return { name, file, request }
  })
  return [ordinary, ...(await Promise.all(ours))]
}
