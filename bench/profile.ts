import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dataPlace } from './conditions.ts'
import { CpuProfile, profileShares } from './profile-shares.ts'
import { runScenario, type ScenarioResult } from './scenario.ts'
import { endWorkers, startWorkers } from './throughput.ts'

const pace = {
  warmUpSeconds: 1,
  capacitySeconds: 8,
  capacityDeliveries: 100_000,
  latencySeconds: 0,
  connections: 64,
}

/** Prints what the server's main thread does at capacity, at fan-out 1 and 10: shares of its time by V8's profiler. */
export async function main(): Promise<void> {
  const parent = mkdtempSync(join(dataPlace().parent, 'bench-profile-'))
  const workers = await startWorkers()
  try {
    for (const fanOut of [1, 10]) {
      const folder = join(parent, `fan-out-${fanOut}`)
      const result = await runScenario(
        {
          scenario: { name: `fan-out ${fanOut}`, fanOut, eventsPerRequest: 1 },
          pace,
          logEvents: true,
          nodeOptions: ['--cpu-prof', '--cpu-prof-dir', folder],
        },
        workers,
        parent,
      )
      process.stdout.write(reportOf(result, profileOf(folder)))
    }
  } finally {
    endWorkers(workers)
    rmSync(parent, { recursive: true, force: true })
  }
}

/** Of the main thread, whose number in the file's name is 0. */
function profileOf(folder: string): CpuProfile {
  const [file] = globSync(join(folder, 'CPU.*.0.*.cpuprofile'))
  if (file === undefined) throw new Error('The server left no profile.')
  return CpuProfile.parse(JSON.parse(readFileSync(file, 'utf8')))
}

function reportOf({ scenario, capacity }: ScenarioResult, profile: CpuProfile): string {
  const shares = [...profileShares(profile)].sort(([, one], [, other]) => other - one)
  const rows = shares.map(([part, share]) => `  ${part.padEnd(44)}${(100 * share).toFixed(1).padStart(5)} %`)
  const { deliveriesPerSecond, cpuSeconds, deliveries, coresUsed } = capacity
  const cpu = (cpuSeconds.server / deliveries) * 1e6
  return [
    `${scenario}, profiled: ${Math.round(deliveriesPerSecond)} deliveries/s, ${Math.round(cpu)} µs of the server's CPU each, ${coresUsed.all.toFixed(2)} cores busy`,
    ...rows,
    '',
  ].join('\n')
}
