import type { FaultInjector, FunctionName } from './fault-injector.ts'

/**
 * Kills at every call of the functions named: twice before it and twice after it, and then now and then by chance.
 * @param share of the calls that are killed by chance; less than one invocation makes, or none comes to its end.
 */
export function killAtEveryAwait(
  functions: readonly FunctionName[],
  random: () => number,
  share = 0.01,
): FaultInjector['decide'] {
  const times = new Map<string, number>()
  return ({ function: name, name: call }) => {
    if (!functions.includes(name) || call === 'invoke') return 'pass'
    for (const fate of ['before', 'after'] as const) {
      const point = `${name} ${call} ${fate}`
      const known = times.get(point) ?? 0
      if (known < 2 && random() < 0.3) {
        times.set(point, known + 1)
        return fate
      }
    }
    const chance = random()
    return chance < share / 2 ? 'before' : chance < share ? 'after' : 'pass'
  }
}
