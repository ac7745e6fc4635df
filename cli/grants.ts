import type { Api } from './api.ts'
import { Refused } from './errors.ts'

/**
 * What a token may do, found out by asking for what each scope opens and changing nothing.
 * @throws Unreachable when the token is not valid.
 */
export async function grantsOf(api: Api): Promise<readonly string[]> {
  const isAllowed = async (method: string, path: string, body?: unknown) => {
    try {
      await api.call(method, path, { body, repeatable: true })
      return true
    } catch (error) {
      if (error instanceof Refused) return error.status !== 403
      throw error
    }
  }
  const reads = await isAllowed('GET', '/webhooks?limit=1')
  const administers = await isAllowed('GET', '/tokens?limit=1')
  // An event without a type is refused as invalid, when it is not refused for want of the scope.
  const publishes = await isAllowed('POST', '/events', {})
  return [
    ...(reads ? ['read'] : []),
    ...(administers ? ['change everything (admin)'] : []),
    ...(publishes ? ['publish events'] : []),
  ]
}
