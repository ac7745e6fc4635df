import { build } from 'esbuild'
import { bundleOptions } from './bundle-options.ts'

// node lib/bundle-entry.ts ENTRY FILE: a process of its own, because esbuild runs plugins only while it does not block.
const [entry = '', outfile = ''] = process.argv.slice(2)
await build({ ...bundleOptions(entry), outfile })
