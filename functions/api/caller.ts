import * as z from 'zod'
import { type Token, tokenScopes } from '../domain/token.ts'

/** The token that makes a call, without its hash. */
export type Caller = Omit<Token, 'hash'>

const Context = z.object({
  // API Gateway passes on nothing but text.
  token: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(
      z.object({
        id: z.string(),
        name: z.string(),
        scopes: z.array(z.enum(tokenScopes)),
        createdAt: z.number(),
        expiresAt: z.number().nullable(),
      }),
    ),
})

/** Who makes a call, as the authorizer told it. Throws when the authorizer was not asked. */
export function callerOf(authorizer: unknown): Caller {
  return Context.parse(authorizer).token
}
