#!/usr/bin/env node
// Plain JavaScript, and the first to run: it must say so clearly when the Node that runs it is too old for the rest.
import '../local/require-node.js'

const { main } = await import('./main.ts')
await main(process.argv.slice(2))
