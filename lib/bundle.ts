import { execFileSync } from 'node:child_process'
import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'

/** The bundled code of an entry of functions/entries, as the Lambda asset `index.js`. */
export function bundledCode(entry: string): Code {
  return Code.fromAsset('functions', {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled or run: the bundle is made by this very Node. The command tells the functions' assets apart.
      image: DockerImage.fromRegistry('none'),
      command: [entry],
      local: {
        tryBundle: (outputDir) => {
          const file = `${outputDir}/index.js`
          execFileSync(process.execPath, ['lib/bundle-entry.ts', entry, file], { stdio: ['ignore', 2, 2] })
          return true
        },
      },
    },
  })
}
