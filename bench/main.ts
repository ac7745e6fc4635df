import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { conditions, dataPlace } from './conditions.ts'
import { type Limits, measureLimits } from './limits.ts'
import { loadOf } from './load.ts'
import { LoadReport, ReceiverCount } from './messages.ts'
import type { Workers } from './phase.ts'
import { helpText, type Plan, parsePlan, scenarios } from './plan.ts'
import { startWorker } from './processes.ts'
import { lostOf, type Results, reportText } from './report.ts'
import { runScenario, type ScenarioResult } from './scenario.ts'

/**
 * Runs the bench. Everything it starts or writes, but its results, is gone when it ends, however it ends. Exit code 1
 * when deliveries were lost, or with one line that says what broke.
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const plan = parsePlan(args)
    if (plan === 'help') process.stdout.write(helpText)
    else await run(plan)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
}

async function run(plan: Plan): Promise<void> {
  const place = dataPlace()
  const parent = mkdtempSync(join(place.parent, 'bench-'))
  process.once('exit', () => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }))
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
  const overdue = setTimeout(() => {
    process.stderr.write('The bench took far too long and was given up.\n')
    process.exit(1)
  }, 2_000 * plan.budgetSeconds)
  const results: Results = {
    conditions: await conditions(place),
    settings: { ...plan, scenarios },
    repetitions: await repeat(plan, parent),
  }
  clearTimeout(overdue)
  process.stdout.write(`\n${reportText(results)}`)
  writeResults(results)
  if (lostOf(results.repetitions.flatMap((repetition) => repetition.scenarios)) > 0) process.exitCode = 1
}

async function repeat(plan: Plan, parent: string): Promise<Results['repetitions']> {
  const startedAt = performance.now()
  const workers = await startWorkers()
  const done: { limits: Limits; scenarios: ScenarioResult[] }[] = []
  try {
    for (let index = 0; index < plan.repetitions; index++) {
      const seconds = (performance.now() - startedAt) / 1_000
      if (index > 0 && (seconds / index) * (index + 1) > plan.budgetSeconds) {
        process.stderr.write(`Time is up after ${index} of ${plan.repetitions} repetitions.\n`)
        break
      }
      const limits = {
        ...measureLimits(parent, plan.limitSeconds),
        posts: await barePosts(workers, plan),
      }
      const results: ScenarioResult[] = []
      done.push({ limits, scenarios: results })
      for (const scenario of scenarios) {
        process.stderr.write(`${index + 1}/${plan.repetitions} ${scenario.name}\n`)
        results.push(await runScenario({ scenario, pace: plan, logEvents: plan.logEvents }, workers, parent))
        // A server that loses deliveries is not worth measuring; what was lost is in the report.
        if (lostOf(results) > 0) return done
      }
    }
    return done
  } finally {
    workers.publisher.end()
    workers.receiver.end()
  }
}

async function startWorkers(): Promise<Workers> {
  const [publisher, receiver] = [startWorker('publisher.ts'), startWorker('receiver.ts')]
  const { port } = ReceiverCount.parse(await receiver.ask('count', 10_000))
  return { publisher, receiver, receiverPort: port }
}

/** POSTs a second from the publisher to the receiver: what both could do without a server between them. */
async function barePosts({ publisher, receiver, receiverPort }: Workers, plan: Plan): Promise<number> {
  const target = { url: `http://127.0.0.1:${receiverPort}/bare`, token: 'none', paths: ['/bare'] }
  const load = loadOf(target, {
    eventsPerRequest: 1,
    connections: plan.connections,
    seconds: plan.limitSeconds,
    maxDeliveries: 1_000_000,
  })
  const answer = async (seconds: number) => publisher.ask({ ...load, seconds }, 30_000)
  await answer(plan.warmUpSeconds)
  const { answered, startedAt, endedAt } = LoadReport.parse(await answer(plan.limitSeconds))
  await receiver.ask('take', 10_000)
  await pause(100)
  return (answered * 1_000) / (endedAt - startedAt)
}

function writeResults(results: Results): void {
  const folder = fileURLToPath(new URL('results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(results, null, 2)}\n`)
}
