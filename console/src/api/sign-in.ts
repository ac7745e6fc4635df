import type { Rights } from '../session.ts'
import { call } from './client.ts'
import { ApiProblem } from './problem.ts'

/**
 * What a token may do here. The API has no call that tells; the list of tokens is for `admin` only.
 * @throws ApiProblem when the token is none, or may not read.
 */
export async function rightsOf(token: string): Promise<Rights> {
  await call('GET', 'webhooks?limit=1', { token })
  try {
    await call('GET', 'tokens?limit=1', { token })
    return 'admin'
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 403) return 'read'
    throw error
  }
}
