// Sends as it is told, in the one way that its argument names, and reports what that took.
import { cpuSeconds } from '../cpu.ts'
import { Orders, type SenderReport, variants } from './messages.ts'
import { senders } from './senders.ts'

const variant = variants.find((name) => name === process.argv[2])
if (variant === undefined) throw new Error(`Name one of ${variants.join(', ')}.`)
let send = senders[variant](0)
let deadline = 0

async function run({ urls, requests, atOnce, deadlineMs }: Orders): Promise<SenderReport> {
  if (variant !== undefined && deadline !== deadlineMs) {
    send = senders[variant](deadlineMs)
    deadline = deadlineMs
  }
  const answeredAtMs = new Float64Array(requests).fill(Number.NaN)
  const cpuBefore = cpuSeconds()
  const startedAt = performance.now()
  let next = 0
  const loop = async () => {
    while (next < requests) {
      const nth = next++
      try {
        await send(urls[nth % urls.length] ?? '')
        answeredAtMs[nth] = performance.now() - startedAt
      } catch {
        // Stays NaN: whoever ordered it knows how many that may be.
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, requests) }, loop))
  return {
    cpuSeconds: cpuSeconds() - cpuBefore,
    wallSeconds: (performance.now() - startedAt) / 1_000,
    answeredAtMs,
  }
}

process.on('disconnect', () => process.exit())
process.on('message', async (message: unknown) => {
  process.send?.(await run(Orders.parse(message)))
})
