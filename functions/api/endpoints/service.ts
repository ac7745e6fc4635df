import * as z from 'zod'
import { version } from '../../version.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'

/** What tells about the service itself; no token is needed. */
export const serviceEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/health',
    scope: 'public',
    operationId: 'getHealth',
    summary: 'Whether the service answers',
    tag: 'Service',
    replies: {
      200: {
        description: 'It does',
        schema: z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' }),
      },
    },
    handle: async () => ({ status: 200, body: { status: 'ok', version } }),
  }),
]
