import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { Unauthenticated } from '../domain/errors.ts'
import type { Log } from '../middleware/log.ts'
import { problemDetails } from '../middleware/problem-details.ts'
import type { adminHandler } from './admin.ts'
import type { authorizeHandler } from './authorize.ts'
import { endpoints } from './endpoints.ts'
import type { GatewayReply, GatewayRequest } from './gateway.ts'

interface Handlers {
  readonly admin: ReturnType<typeof adminHandler>
  readonly authorize: ReturnType<typeof authorizeHandler>
}

const publicRoutes = new Set(
  endpoints.filter(({ scope }) => scope === 'public').map(({ method, path }) => `${method} ${path}`),
)

/**
 * The admin API for a gateway that runs no authorizers: the authorizer is asked here, before every route that is not
 * public. What a request says of an authorizer is not believed.
 */
export function adminWithAuthorizer({ admin, authorize }: Handlers, log: Log) {
  return middy<GatewayRequest, GatewayReply>()
    .use(problemDetails(log))
    .handler(async (request: GatewayRequest, context: Context): Promise<GatewayReply> => {
      const isPublic = publicRoutes.has(`${request.httpMethod} ${request.resource}`)
      const authorizer = isPublic ? {} : await authorizerContext(authorize, request, context)
      return admin({ ...request, requestContext: { ...request.requestContext, authorizer } }, context)
    })
}

/** What the authorizer grants. Throws Unauthenticated, with its reason, when that is nothing. */
async function authorizerContext(
  authorize: Handlers['authorize'],
  request: GatewayRequest,
  context: Context,
): Promise<Record<string, unknown>> {
  const { requestContext, ...rest } = request
  const { policyDocument, context: granted } = await authorize(
    {
      ...rest,
      type: 'REQUEST',
      // Only the answer's own policy would use it, and here nobody reads that.
      methodArn: 'arn:aws:execute-api:any:any:any/any/any',
      requestContext: { ...requestContext, authorizer: undefined },
    },
    context,
  )
  if (policyDocument.Statement[0]?.Effect !== 'Allow')
    throw new Unauthenticated(String(granted?.detail ?? 'Send a token.'))
  return { ...granted }
}
