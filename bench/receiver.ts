// Takes webhook requests, as little work as node:http allows, and remembers what came when.
import { createServer, type ServerResponse } from 'node:http'
import { nowMs } from './clock.ts'
import { cpuSeconds } from './cpu.ts'
import { arrivalKey } from './ledger.ts'
import { hangPath, ReceiverCommand } from './messages.ts'

let keys: string[] = []
let times: number[] = []
// Counted apart, so that one that comes twice does not hide one that is still missing.
let distinct = new Set<string>()

const hanging = new Set<ServerResponse>()

const server = createServer((request, response) => {
  if (request.url?.startsWith(hangPath) === true) {
    request.resume()
    hanging.add(response)
    return
  }
  times.push(nowMs())
  const key = arrivalKey(request.url ?? '', String(request.headers['webhook-id']))
  keys.push(key)
  distinct.add(key)
  request.resume().on('end', () => response.end('ok'))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0

process.on('disconnect', () => process.exit())
process.on('message', (message: unknown) => {
  if (ReceiverCommand.parse(message) === 'count') {
    process.send?.({ port, distinct: distinct.size, cpuSeconds: cpuSeconds() })
    return
  }
  process.send?.({ keys, times: Float64Array.from(times) })
  keys = []
  times = []
  distinct = new Set()
  for (const response of hanging) response.destroy()
  hanging.clear()
})
