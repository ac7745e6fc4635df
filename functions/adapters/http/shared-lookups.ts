import type { Resolve } from './guarded-connect.ts'

/**
 * Asks for a name once at a time; who asks while the answer is awaited shares it. Nothing is kept after that, so that
 * each later connection sees the name as it is then.
 *
 * The system's resolver blocks a thread until it answers, and gets two of the process's threads at a time
 * (https://github.com/libuv/libuv/pull/1845): two connections to one name whose servers are silent would keep every
 * other name waiting.
 */
export function sharedLookups(resolve: Resolve): Resolve {
  const underWay = new Map<string, ReturnType<Resolve>>()
  return (host) => {
    const awaited = underWay.get(host)
    if (awaited !== undefined) return awaited
    const lookup = resolve(host).finally(() => underWay.delete(host))
    underWay.set(host, lookup)
    return lookup
  }
}
