// Plain JavaScript, and the first to run: it must say so clearly when the Node that runs it is too old for the rest.
import './require-node.js'

// File syncs and name look-ups share this pool; with Node's four threads, slow names would hold up every commit.
process.env.UV_THREADPOOL_SIZE ??= '16'

const { main } = await import('./main.ts')
await main(process.argv.slice(2))
