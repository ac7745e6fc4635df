import middy from '@middy/core'
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { Unauthenticated } from '../domain/errors.ts'
import { authenticate, type TokenFinder } from '../use-cases/authenticate.ts'

/**
 * The Lambda authorizer of all admin routes. A valid token is allowed in with its scopes, which each route then holds
 * against its own; any other is denied, with the reason in the context for API Gateway to answer with.
 */
export function authorizeHandler(deps: { tokens: TokenFinder; now: () => number }) {
  return middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>().handler(
    async (request: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
      const header = Object.entries(request.headers ?? {}).find(
        ([name]) => name.toLowerCase() === 'authorization',
      )?.[1]
      try {
        const token = await authenticate(deps, header)
        const { hash, ...shown } = token
        return verdict(request, {
          effect: 'Allow',
          principal: token.id,
          // What `GET /tokens/self` answers with: a context holds only text.
          context: { scopes: token.scopes.join(' '), token: JSON.stringify(shown) },
        })
      } catch (error) {
        if (!(error instanceof Unauthenticated)) throw error
        return verdict(request, {
          effect: 'Deny',
          principal: 'nobody',
          // The second is for API Gateway's answer, a template that cannot escape.
          context: { detail: error.message, detail_in_json: JSON.stringify(error.message).slice(1, -1) },
        })
      }
    },
  )
}

function verdict(
  { methodArn }: APIGatewayRequestAuthorizerEvent,
  {
    effect,
    principal,
    context,
  }: { effect: 'Allow' | 'Deny'; principal: string; context: Record<string, string> },
): APIGatewayAuthorizerResult {
  // For the whole stage, so that the answer holds for every route should API Gateway be told to cache it.
  const stage = methodArn.split('/').slice(0, 2).join('/')
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: `${stage}/*` }
  return {
    principalId: principal,
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    context,
  }
}
