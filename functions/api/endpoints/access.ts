import * as z from 'zod'
import { NotFound } from '../../domain/errors.ts'
import { isSigningSecret } from '../../domain/signature.ts'
import { tokenHash, tokenScopes } from '../../domain/token.ts'
import { callerOf } from '../caller.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import {
  CreatedSource,
  CreatedToken,
  Name,
  SourceResource,
  TokenResource,
  toSourceResource,
  toTokenResource,
} from '../schemas/access.ts'
import { Cursor, cursorOf, IdParam, Limit, Page, SourceId, TokenId } from '../schemas/fields.ts'

const WithExpiry = z.object({ expires_at: z.string() })

// Later than this, a time in UTC no longer has the four digits of a year that RFC 3339 knows.
const lastTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Who may post events and call the API: sources and tokens. */
export const accessEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/sources',
    scope: 'admin',
    operationId: 'createSource',
    summary: 'Connect a Sourcegraph instance',
    description:
      'Then create an outgoing webhook in Sourcegraph that points at /events, with this secret and all event types.',
    tag: 'Sources',
    body: z
      .strictObject({
        name: Name,
        secret: z
          .string()
          .min(1)
          .max(256)
          .refine(isSigningSecret, 'begins with whsec_, so base64 must follow.')
          .optional()
          .meta({
            description: 'What the instance signs with. Generated when absent',
            example: 'A1B2C3D4E5F6',
          }),
      })
      .meta({ id: 'CreateSource' }),
    replies: { 201: { description: 'Connected', schema: CreatedSource } },
    handle: async ({ sources, manageWebhooks, newSourceId, now }, { body }) => {
      const nowMs = now()
      const id = newSourceId(nowMs)
      const secret = body.secret ?? manageWebhooks.newSecret()
      const sealed = await manageWebhooks.cipher.seal(secret, id)
      const source = { id, name: body.name, secret: sealed, createdAt: nowMs, lastEventAt: null }
      await sources.create(source)
      return { status: 201, body: { ...toSourceResource(source), secret } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/sources',
    scope: 'read',
    operationId: 'listSources',
    summary: 'List the connected Sourcegraph instances, newest first',
    tag: 'Sources',
    query: z.strictObject({ limit: Limit, cursor: Cursor(/^src_[0-9a-z]{16}$/) }),
    replies: { 200: { description: 'A page of sources', schema: Page(SourceResource) } },
    handle: async ({ sources }, { query: { limit, cursor: before } }) => {
      const found = await sources.list({ before, limit })
      const next = found.length === limit ? found.at(-1)?.id : undefined
      return { status: 200, body: { data: found.map(toSourceResource), next_cursor: cursorOf(next) } }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/sources/{id}',
    scope: 'admin',
    operationId: 'deleteSource',
    summary: 'Disconnect a Sourcegraph instance',
    description: 'Its requests are refused from now on; the events that came from it stay.',
    tag: 'Sources',
    params: IdParam(SourceId),
    replies: { 204: { description: 'Gone' } },
    handle: async ({ sources }, { params: { id } }) => {
      if (!(await sources.remove(id))) throw new NotFound('source', id)
      return { status: 204 }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/tokens',
    scope: 'admin',
    operationId: 'createToken',
    summary: 'Create an API token',
    tag: 'Tokens',
    body: z
      .strictObject({
        name: Name,
        scopes: z
          .array(z.enum(tokenScopes, 'must be admin, read or publish.'))
          .min(1, 'must name at least one of admin, read and publish.')
          .transform((scopes) => [...new Set(scopes)])
          .meta({
            description: 'admin: change everything and read; read: read only; publish: post events',
            example: ['publish'],
          }),
        expires_at: z.iso
          .datetime({ offset: true, message: 'must be a time such as 2027-01-31T00:00:00Z.' })
          .refine((text) => !(Date.parse(text) > lastTimeMs), 'must be before the year 10000.')
          .nullable()
          .optional()
          .meta({ description: 'Absent or null: never', example: '2027-01-31T00:00:00Z' }),
      })
      .meta({ id: 'CreateToken' }),
    check: ({ now }, body) => {
      const { data } = WithExpiry.safeParse(body)
      return data !== undefined && Date.parse(data.expires_at) <= now()
        ? [{ field: 'expires_at', detail: 'must be in the future.' }]
        : []
    },
    replies: { 201: { description: 'Created', schema: CreatedToken } },
    handle: async ({ tokens, newTokenId, newTokenSecret, now }, { body }) => {
      const nowMs = now()
      const secret = newTokenSecret()
      const token = {
        id: newTokenId(nowMs),
        name: body.name,
        hash: tokenHash(secret),
        scopes: body.scopes,
        createdAt: nowMs,
        expiresAt: body.expires_at == null ? null : Date.parse(body.expires_at),
      }
      await tokens.create(token)
      return { status: 201, body: { ...toTokenResource(token), token: secret } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/tokens',
    scope: 'admin',
    operationId: 'listTokens',
    summary: 'List API tokens, newest first',
    tag: 'Tokens',
    query: z.strictObject({ limit: Limit, cursor: Cursor(/^tok_[0-9a-z]{16}$/) }),
    replies: {
      200: { description: 'A page of tokens, without the tokens themselves', schema: Page(TokenResource) },
    },
    handle: async ({ tokens }, { query: { limit, cursor: before } }) => {
      const found = await tokens.list({ before, limit })
      const next = found.length === limit ? found.at(-1)?.id : undefined
      return { status: 200, body: { data: found.map(toTokenResource), next_cursor: cursorOf(next) } }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/tokens/self',
    scope: 'any',
    operationId: 'getOwnToken',
    summary: 'The token that the call is made with',
    description: 'Its name, its scopes and when it expires. Every valid token may ask.',
    tag: 'Tokens',
    replies: { 200: { description: 'The token, without the token itself', schema: TokenResource } },
    handle: async (_deps, { authorizer }) => ({ status: 200, body: toTokenResource(callerOf(authorizer)) }),
  }),
  endpoint({
    method: 'DELETE',
    path: '/tokens/{id}',
    scope: 'admin',
    operationId: 'revokeToken',
    summary: 'Revoke an API token',
    tag: 'Tokens',
    params: IdParam(TokenId),
    replies: { 204: { description: 'Revoked' } },
    handle: async ({ tokens }, { params: { id } }) => {
      if (!(await tokens.remove(id))) throw new NotFound('token', id)
      return { status: 204 }
    },
  }),
]
