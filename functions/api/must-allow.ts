import { Forbidden } from '../domain/errors.ts'
import { allows, type TokenScope, tokenScopes } from '../domain/token.ts'
import type { GatewayRequest } from './gateway.ts'

/**
 * Holds what the authorizer granted against the scope that a call takes.
 * @throws Forbidden naming both.
 */
export function mustAllow(scope: TokenScope, request: GatewayRequest): void {
  const granted = String(request.requestContext.authorizer?.scopes ?? '').split(' ')
  const scopes = tokenScopes.filter((known): known is TokenScope => granted.includes(known))
  if (!allows(scopes, scope))
    throw new Forbidden(
      `This takes a token with the scope "${scope}"; yours has: ${scopes.join(', ') || 'none'}.`,
    )
}
