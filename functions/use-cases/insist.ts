const waitsMs = [50, 250, 1_000, 3_000]

/**
 * Tries a write again that the store does not take, for some seconds. For what has happened and cannot be undone: a
 * request that was made and is not logged would be made once more.
 * @throws what the last try threw.
 */
export async function insist(
  write: () => Promise<void>,
  pause: (durationMs: number) => Promise<unknown>,
): Promise<void> {
  for (const waitMs of waitsMs) {
    try {
      return await write()
    } catch {
      await pause(waitMs)
    }
  }
  await write()
}
