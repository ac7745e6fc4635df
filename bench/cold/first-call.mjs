// node first-call.mjs BUNDLE REQUEST: loads a function and has it handle a request, until AWS has answered it for the
// first time. Prints the milliseconds that took since before the import.
import { subscribe } from 'node:diagnostics_channel'
import { pathToFileURL } from 'node:url'

const [, , bundle, request] = process.argv
subscribe('http.client.response.finish', () => {
  process.stdout.write(String(performance.now() - startedAt), () => process.exit(0))
})
const startedAt = performance.now()
const { handler } = await import(pathToFileURL(bundle).href)
await handler(JSON.parse(request), { awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 })
