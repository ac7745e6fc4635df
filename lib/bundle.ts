import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { type BuildOptions, buildSync } from 'esbuild'

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
    // The SDK loads it for calls that stream events, of which there are none here.
    external: ['@smithy/core/event-streams'],
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'error',
  }
}

/** The bundled code of an entry of functions/entries, as the Lambda asset `index.js`. */
export function bundledCode(entry: string): Code {
  return Code.fromAsset('functions', {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled or run: the bundle is made in this process. The command tells the functions' assets apart.
      image: DockerImage.fromRegistry('none'),
      command: [entry],
      local: {
        tryBundle: (outputDir) => {
          buildSync({ ...bundleOptions(entry), outfile: `${outputDir}/index.js` })
          return true
        },
      },
    },
  })
}
