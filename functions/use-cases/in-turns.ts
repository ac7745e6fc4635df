/**
 * Runs a task on each item, in their order: at most `limit` begin together, and each that ends, or has taken `patienceMs`,
 * lets another begin. So many do not compete for the processor, and those that take long hold up nobody.
 */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  { limit, patienceMs }: { limit: number; patienceMs: number },
  task: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  if (items.length <= limit) return Promise.all(items.map(task))
  const results: Promise<Result>[] = []
  const waiting = items.values()
  const takeTurns = async () => {
    for (const item of waiting) {
      const result = task(item)
      results.push(result)
      await endOrPatience(result, patienceMs)
    }
  }
  await Promise.all(Array.from({ length: limit }, takeTurns))
  return Promise.all(results)
}

/** Resolves when the work has ended, well or not, or when it has taken `patienceMs`. */
export function endOrPatience(work: Promise<unknown>, patienceMs: number): Promise<unknown> {
  let patience: NodeJS.Timeout | undefined
  const impatient = new Promise((resolve) => {
    patience = setTimeout(resolve, patienceMs)
  })
  return Promise.race([Promise.allSettled([work]), impatient]).finally(() => clearTimeout(patience))
}
