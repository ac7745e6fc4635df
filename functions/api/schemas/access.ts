import * as z from 'zod'
import type { Source } from '../../domain/source.ts'
import { type Token, tokenScopes } from '../../domain/token.ts'
import { isoTime, isoTimeOrNull, SourceId, Time, TokenId } from './fields.ts'

const exampleName = 'sourcegraph.example.com'

/** What a person calls a source or a token. */
export const Name = z.string().min(1).max(100).meta({ example: exampleName })

export const SourceResource = z
  .object({
    id: SourceId,
    name: z.string().meta({ example: exampleName }),
    created_at: Time,
    last_event_at: Time.nullable().meta({ description: 'When its last event was accepted, to the minute' }),
  })
  .meta({ id: 'Source' })

export const CreatedSource = SourceResource.extend({
  secret: z.string().meta({
    description: 'Enter it in Sourcegraph as the secret of the outgoing webhook. It is not shown again',
    example: 'A1B2C3D4E5F6',
  }),
}).meta({ id: 'CreatedSource' })

export const TokenResource = z
  .object({
    id: TokenId,
    name: z.string().meta({ example: exampleName }),
    scopes: z.array(z.enum(tokenScopes)).meta({ example: ['publish'] }),
    created_at: Time,
    expires_at: Time.nullable().meta({ description: 'null: never' }),
  })
  .meta({ id: 'Token' })

export const CreatedToken = TokenResource.extend({
  token: z.string().meta({
    description: 'Send it as "Authorization: Bearer …". It is not shown again',
    example: 'sgwh_T2YgY291cnNlIHRoaXMgaXMgbm8gcmVhbCB0b2tlbi4',
  }),
}).meta({ id: 'CreatedToken' })

export function toSourceResource({
  id,
  name,
  createdAt,
  lastEventAt,
}: Source): z.input<typeof SourceResource> {
  return { id, name, created_at: isoTime(createdAt), last_event_at: isoTimeOrNull(lastEventAt) }
}

export function toTokenResource({
  id,
  name,
  scopes,
  createdAt,
  expiresAt,
}: Omit<Token, 'hash'>): z.input<typeof TokenResource> {
  return {
    id,
    name,
    scopes: [...scopes],
    created_at: isoTime(createdAt),
    expires_at: isoTimeOrNull(expiresAt),
  }
}
