import type { BuildOptions } from 'esbuild'
import { leanSdk } from './lean-sdk.ts'
import { leanZod } from './lean-zod.ts'
import { packedConsole } from './packed-console.ts'
import { packedDocument } from './packed-document.ts'

/**
 * How an entry becomes the one file that is deployed: CommonJS without dynamic imports and with the SDK inside, which
 * starts sooner than ES modules do (https://github.com/nodejs/node/issues/57649) or the SDK that the runtime has. No
 * source maps: Lambda would read them at each start.
 */
export function bundleOptions(entry: string): BuildOptions {
  return {
    entryPoints: [`functions/entries/${entry}.ts`],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false },
    alias: {
      '@aws-sdk/credential-provider-node': './functions/adapters/aws/environment-credentials.ts',
    },
    plugins: [leanSdk, leanZod, packedDocument, packedConsole],
    // The SDK loads it for calls that stream events, of which there are none here.
    external: ['@smithy/core/event-streams'],
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'error',
  }
}
