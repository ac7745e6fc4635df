import type { Api } from './api.ts'
import { OwnToken } from './resources.ts'

const words = { read: 'read', admin: 'change everything (admin)', publish: 'publish events' } as const

/**
 * What a token may do.
 * @throws Unreachable when the token is not valid.
 */
export async function grantsOf(api: Api): Promise<readonly string[]> {
  const { scopes } = await api.get('/tokens/self', OwnToken)
  const granted = new Set(scopes.includes('admin') ? ['read', ...scopes] : scopes)
  return (['read', 'admin', 'publish'] as const)
    .filter((scope) => granted.has(scope))
    .map((scope) => words[scope])
}
