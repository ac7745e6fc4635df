/** Runs the task on each item, at most `limit` at a time, so that a long list does not ask more of a store than it has connections. */
export async function atMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  task: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let at = 0; at < items.length; at += limit) {
    results.push(...(await Promise.all(items.slice(at, at + limit).map(task))))
  }
  return results
}
