import { call } from './client.ts'
import type { Token } from './resources.ts'

/**
 * What a token is.
 * @throws ApiProblem when it is none, or may not read.
 */
export async function selfOf(token: string): Promise<Token> {
  const { body } = await call<Token>('GET', 'tokens/self', { token })
  const mayRead = body.scopes.some((scope) => scope === 'admin' || scope === 'read')
  // Then the API says in its own words what is missing.
  if (!mayRead) await call('GET', 'webhooks?limit=1', { token })
  return body
}
