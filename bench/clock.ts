/** Milliseconds of a clock that all processes of this machine share and that nobody sets; it has no epoch. */
export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1e6
}
