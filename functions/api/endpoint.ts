import * as z from 'zod'
import { type FieldProblem, InvalidInput } from '../domain/errors.ts'
import type { TokenScope } from '../domain/token.ts'
import type { AdminDeps } from './admin-deps.ts'
import { fieldProblems } from './field-problems.ts'
import { words } from './words.ts'

/** What a request brings, not yet looked at. */
export interface RawInput {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  /** The `If-Match` header. */
  readonly ifMatch: string | undefined
  /** What the authorizer tells of the caller. */
  readonly authorizer: unknown
}

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A reply as the OpenAPI document describes it; what is sent is cut to the schema, so that no field leaks unnamed. */
export interface DescribedReply {
  readonly description: string
  readonly schema?: z.ZodType
}

/** One call of the API: all that its route, its document and its handler need. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With `{id}` where the path varies, as API Gateway's resources. */
  readonly path: string
  /** The scope that a token needs; `any`: whichever it has; `public`: no token at all. */
  readonly scope: TokenScope | 'any' | 'public'
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** An absent body is taken for `{}`. */
  readonly bodyIsOptional?: boolean
  readonly usesIfMatch?: boolean
  readonly replies: Readonly<Record<number, DescribedReply>>
  /** @throws InvalidInput naming every bad field, and whatever the use case throws. */
  readonly run: (deps: AdminDeps, input: RawInput) => Promise<Reply>
}

interface Input<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** The version that `If-Match` names; undefined without one. */
  readonly expectedVersion: number | undefined
  readonly authorizer: unknown
}

/** An endpoint whose handler gets its input parsed. */
export function endpoint<
  Params extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
>(
  spec: Omit<Endpoint, 'run' | 'params' | 'query' | 'body'> & {
    readonly params?: Params
    readonly query?: Query
    readonly body?: Body
    /** What is wrong with a body beyond its schema, so that one answer names every bad field. */
    readonly check?: (deps: AdminDeps, body: unknown) => readonly FieldProblem[]
    readonly handle: (
      deps: AdminDeps,
      input: Input<z.output<Params>, z.output<Query>, z.output<Body>>,
    ) => Promise<Reply>
  },
): Endpoint {
  const schema = z.object({
    params: spec.params ?? z.object({}),
    query: spec.query ?? z.strictObject({}),
    body: spec.body ?? z.unknown(),
  })
  const parse = (deps: AdminDeps, raw: RawInput) => {
    const { success, data, error } = schema.safeParse(raw, { error: words })
    const problems = success ? [] : fieldProblems(error).map(withoutPart)
    const ifMatch =
      spec.usesIfMatch === true && raw.ifMatch !== undefined && !isEtag(raw.ifMatch) ? [badIfMatch] : []
    const all = [...problems, ...(spec.check?.(deps, raw.body) ?? []), ...ifMatch]
    if (!success || all.length > 0) throw new InvalidInput(all)
    return data as Input<z.output<Params>, z.output<Query>, z.output<Body>>
  }
  return {
    ...spec,
    run: async (deps, raw) => {
      const { ifMatch, authorizer } = raw
      const input = { ...parse(deps, raw), expectedVersion: versionOf(ifMatch), authorizer }
      const reply = await spec.handle(deps, input)
      const described = spec.replies[reply.status]?.schema
      return described === undefined ? reply : { ...reply, body: described.parse(reply.body) }
    },
  }
}

/** `body.url` is `url` to whoever sent it. */
function withoutPart({ field, detail }: { field: string; detail: string }) {
  return { field: field.replace(/^(?:params|query|body)(?:\.|$|(?=\[))/, ''), detail }
}

/** A webhook's version as an entity tag. */
export function etagOf(version: number): string {
  return `"${version}"`
}

const etagPattern = /^(?:W\/)?"(\d{1,15})"$/
const badIfMatch = {
  field: 'If-Match',
  detail: 'must be the ETag that came with the webhook, such as "3", in quotes.',
}

function isEtag(ifMatch: string): boolean {
  return ifMatch.trim() === '*' || etagPattern.test(ifMatch.trim())
}

function versionOf(ifMatch: string | undefined): number | undefined {
  const version = etagPattern.exec(ifMatch?.trim() ?? '')?.[1]
  return version === undefined ? undefined : Number(version)
}
