import type { Plugin } from 'esbuild'
import { builtConsole } from './built-console.ts'

/** Puts the console's files into a bundle, compressed; builds the console first where that was not done. */
export const packedConsole: Plugin = {
  name: 'packed-console',
  setup(build) {
    build.onLoad({ filter: /[\\/]console[\\/]packed\.ts$/ }, () => ({
      contents: `export const packedConsole = ${JSON.stringify(builtConsole())}`,
      loader: 'js',
    }))
  },
}
