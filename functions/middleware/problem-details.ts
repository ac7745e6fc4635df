import type { MiddlewareObj } from '@middy/core'
import type { GatewayReply, GatewayRequest } from '../api/gateway.ts'
import { problemOf, problemReply } from '../api/problem.ts'
import type { Log } from './log.ts'

/** Answers whatever a handler throws with problem details; what is our own fault is logged, never told. */
export function problemDetails(log: Log): MiddlewareObj<GatewayRequest, GatewayReply> {
  return {
    onError: (request) => {
      const problem = problemOf(request.error)
      const requestId = request.event.requestContext?.requestId
      if (problem.status >= 500) {
        const { error } = request
        log.error('a request failed', {
          request_id: requestId,
          route: `${request.event.httpMethod} ${request.event.resource}`,
          status: problem.status,
          error: error?.stack,
          cause: error?.cause instanceof Error ? error.cause.message : undefined,
        })
      }
      request.response = problemReply(problem, requestId, request.error)
    },
  }
}
