import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { Draw } from './draw.ts'

const Schema = z.looseObject({
  $ref: z.string().optional(),
  anyOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  example: z.unknown().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
})

const Parameter = z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), schema: z.unknown() })

const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        responses: z.record(z.string(), z.unknown()),
        parameters: z.array(z.union([Parameter, z.object({ $ref: z.string() })])).default([]),
        requestBody: z
          .object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) })
          .optional(),
      }),
    ),
  ),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    parameters: z.record(z.string(), Parameter),
  }),
})

const file = new URL('../../functions/api/openapi.json', import.meta.url)
const { paths, components } = Document.parse(JSON.parse(readFileSync(file, 'utf8')))

/** One call, as far as requests are made from it. */
export interface Operation {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly z.output<typeof Parameter>[]
  readonly body: unknown
  /** The statuses of success that can be had at will: a test that takes longer than 20 s (202) cannot. */
  readonly successes: readonly number[]
}

/** Every call of the OpenAPI document. */
export const operations: readonly Operation[] = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { operationId, parameters, requestBody, responses }]) => ({
    operationId,
    method: method.toUpperCase(),
    path,
    parameters: parameters.flatMap((parameter) => {
      if (!('$ref' in parameter)) return [parameter]
      const shared = components.parameters[parameter.$ref.replace(/^.*\//, '')]
      return shared === undefined ? [] : [shared]
    }),
    body: requestBody?.content['application/json'].schema,
    successes: Object.keys(responses).slice(0, 1).map(Number),
  })),
)

/** Makes the values that have to be of a certain kind to be worth anything, by the name of their field. */
export type Special = (name: string) => unknown

/** A value that the schema takes, or nearly: patterns are followed only as far as examples do. */
export function sampleOf(unparsed: unknown, { draw, special, name }: Making): unknown {
  const given = special(name)
  if (given !== undefined) return given
  const schema = Schema.parse(unparsed)
  const within = (inner: unknown, innerName: string) => sampleOf(inner, { draw, special, name: innerName })
  if (schema.$ref !== undefined) return within(components.schemas[schema.$ref.replace(/^.*\//, '')], name)
  if (schema.anyOf !== undefined) return within(draw.ofAny(schema.anyOf), name)
  if (schema.enum !== undefined) return draw.ofAny(schema.enum)
  if (schema.const !== undefined) return schema.const
  if (schema.properties === undefined && schema.example !== undefined && draw.chance(0.7))
    return schema.example
  switch (Array.isArray(schema.type) ? draw.ofAny(schema.type) : schema.type) {
    case 'object':
      return Object.fromEntries([
        ...Object.entries(schema.properties ?? {})
          .filter(([key]) => schema.required?.includes(key) === true || draw.chance(0.4))
          .map(([key, inner]) => [key, within(inner, key)]),
        ...(schema.additionalProperties instanceof Object && draw.chance(0.5)
          ? [[`X-${draw.word()}`, within(schema.additionalProperties, `${name}.value`)]]
          : []),
      ])
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + draw.below(3) }, () =>
        within(schema.items, `${name}[]`),
      )
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 1_000 } = schema
      return Math.min(maximum, Math.ceil(minimum) + draw.below(maximum - minimum + 1))
    }
    case 'boolean':
      return draw.chance(0.5)
    case 'null':
      return null
    case 'string':
      return schema.format === 'date-time' ? new Date(1_000 * draw.below(4e9)).toISOString() : draw.word()
    default:
      return draw.of<unknown>([draw.word(), draw.below(1_000), { id: draw.word() }, [draw.word()], null])
  }
}

interface Making {
  readonly draw: Draw
  readonly special: Special
  /** The field that the value is for. */
  readonly name: string
}
