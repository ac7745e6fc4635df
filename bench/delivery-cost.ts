import type { Target } from './load.ts'
import { runPhase, type Workers } from './phase.ts'
import type { ServerProcess } from './processes.ts'

/** Deliveries a second: few enough that a busy machine keeps up, so that all servers commit in groups of one size. */
const perSecond = 400

/** Publishes by schedule, one event a request, and resolves with the server's CPU seconds per million deliveries. */
export async function deliveryCost(
  { server, workers, seconds }: { server: ServerProcess; workers: Workers; seconds: number },
  { url, token, paths }: Target,
  bodies: readonly string[],
): Promise<number> {
  const { result } = await runPhase(
    { server, workers, paths },
    {
      url,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      bodies: [...bodies],
      connections: 0,
      seconds,
      maxRequests: 1_000_000,
      ratePerSecond: perSecond,
    },
  )
  const { lost, duplicates } = result.balance
  if (lost + duplicates > 0) throw new Error(`${lost} deliveries were lost, ${duplicates} came twice.`)
  return (result.cpuSeconds.server / result.deliveries) * 1e6
}
