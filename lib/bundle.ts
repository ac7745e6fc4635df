import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'

// What Lambda loads (`start.handler`). CommonJS cannot wait while it is loaded, and what an entry does to be ready
// (`primed`) is to be over before the first request, while Lambda gives the function a whole processor.
const start = `import entry from './index.js'
await entry.primed
export const handler = entry.handler
`

/** The bundled code of an entry of functions/entries, as the Lambda asset `index.js`, with the file that starts it. */
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
          writeFileSync(`${outputDir}/start.mjs`, start)
          return true
        },
      },
    },
  })
}
