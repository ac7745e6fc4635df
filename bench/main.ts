import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Setting } from './bench.ts'
import { type BenchName, benchNames } from './bench-names.ts'
import { benches } from './benches.ts'
import { conditions, dataPlace } from './conditions.ts'
import { helpText, type Plan, parsePlan } from './plan.ts'
import { type BenchResult, writeDocs, writeResult } from './show/result.ts'
import { conditionsText, tableText } from './show/table.ts'

// Twice what a whole run may take.
const givenUpAfterMs = 30 * 60_000
// They count calls and write rows, neither by time, and take minutes: together they take half as long.
const together: readonly (readonly BenchName[])[] = [['dollars', 'log']]

/**
 * Runs the benches. Everything they start or write, but their results, is gone when it ends, however it ends. Exit code 1
 * when one broke or deliveries were lost, with a line that says what.
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const plan = parsePlan(args)
    if (plan === 'help') process.stdout.write(helpText)
    else await run(plan)
    process.exit()
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
  setTimeout(() => {
    process.stderr.write('The bench took far too long and was given up.\n')
    process.exit(1)
  }, givenUpAfterMs).unref()
  const startedAt = performance.now()
  const under = await conditions(place)
  const [results, broken]: [BenchResult[], string[]] = [[], []]
  for (const group of groupsOf(plan.names))
    for (const ended of await runGroup(group, plan, parent)) {
      if (ended.status === 'rejected') {
        broken.push(ended.reason instanceof Error ? ended.reason.message : String(ended.reason))
        continue
      }
      writeResult(ended.value, under)
      results.push(ended.value)
    }
  const seconds = (performance.now() - startedAt) / 1_000
  for (const { report } of results) if (report !== undefined) process.stdout.write(`\n${report}`)
  process.stdout.write(
    `\n${conditionsText(under)}\nThe run took ${seconds.toFixed(0)} s.\n\n${tableText(results)}`,
  )
  if (broken.length > 0) throw new Error(`Not measured:\n${broken.join('\n')}`)
  if (plan.docs) writeDocs(results, under)
  if (results.some(({ figures }) => figures.some(isLost))) process.exitCode = 1
}

/** Of the benches asked for, in their order, those that run beside each other. */
function groupsOf(names: readonly string[]): readonly (readonly BenchName[])[] {
  const wanted = benchNames.filter((name) => names.includes(name))
  const groups = wanted.map((name) => {
    const group = together
      .find((members) => members.includes(name))
      ?.filter((member) => wanted.includes(member))
    return group?.[0] === name ? group : group === undefined ? [name] : []
  })
  return groups.filter((group) => group.length > 0)
}

/** Runs them beside each other; one that breaks does not keep the others from being measured. */
async function runGroup(
  names: readonly BenchName[],
  plan: Plan,
  parent: string,
): Promise<PromiseSettledResult<BenchResult>[]> {
  const ends = names.map(() => Promise.withResolvers<void>())
  return Promise.allSettled(
    names.map(async (name, nth) => {
      const others = ends.filter((_, other) => other !== nth).map(({ promise }) => promise)
      const say: Setting['say'] = (text) => void process.stderr.write(`${name}: ${text}\n`)
      say('begins')
      const startedAt = performance.now()
      try {
        const bench = benches[name]
        const outcome = await bench.run({
          ...plan,
          parent,
          say,
          alone: async () => void (await Promise.all(others)),
        })
        const seconds = (performance.now() - startedAt) / 1_000
        say(`took ${seconds.toFixed(0)} s`)
        return { name, target: bench.target, seconds, ...outcome }
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error })
      } finally {
        ends[nth]?.resolve()
      }
    }),
  )
}

function isLost({ label, values }: BenchResult['figures'][number]): boolean {
  return label === 'lost deliveries' && values.some((value) => value > 0)
}
