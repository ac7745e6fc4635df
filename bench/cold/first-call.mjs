// node first-call.mjs BUNDLE REQUEST: loads a function and has it handle a request, until AWS has answered it for the first
// time. Prints the milliseconds that took since before the import. With a channel to its parent it says "loaded" once that
// is done, waits for a message, and sends the milliseconds from then until the handler has answered, with its answer.
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'

const [, , bundle, request] = process.argv
let startedAt = 0
const elapsedMs = () => performance.now() - startedAt
if (process.send === undefined)
  subscribe('http.client.response.finish', () =>
    process.stdout.write(String(elapsedMs()), () => process.exit(0)),
  )
startedAt = performance.now()
const loaded = await import(pathToFileURL(bundle).href)
const { handler, primed } = loaded.default ?? loaded
// As lib/bundle.ts has Lambda do: what makes it ready is part of loading it.
await primed
if (process.send !== undefined) {
  process.send('loaded')
  await once(process, 'message')
  startedAt = performance.now()
}
const answer = await handler(JSON.parse(request), {
  awsRequestId: 'bench',
  getRemainingTimeInMillis: () => 30_000,
})
process.send?.({ ms: elapsedMs(), answer })
