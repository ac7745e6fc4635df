/**
 * Waits until `look` gives something other than undefined or false. For what only the API can tell, such as a log row;
 * where there is an event to wait for, wait for that.
 */
export async function until<Found>(
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  { timeoutMs = 10_000, what = 'it' }: { timeoutMs?: number; what?: string } = {},
): Promise<Found> {
  const endsAt = performance.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > endsAt) throw new Error(`Waited ${timeoutMs} ms for ${what} in vain.`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
