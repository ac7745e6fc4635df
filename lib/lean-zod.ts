import type { Plugin } from 'esbuild'

/** What makes JSON Schema of a zod schema, and what stands in for it. */
const standIns: readonly { readonly file: RegExp; readonly contents: string }[] = [
  {
    file: /zod[\\/]v4[\\/]core[\\/]json-schema-processors\.js$/,
    contents: 'export const toJSONSchema = undefined',
  },
  {
    file: /zod[\\/]v4[\\/]core[\\/]json-schema-generator\.js$/,
    contents: 'export class JSONSchemaGenerator {}',
  },
  {
    file: /zod[\\/]v4[\\/]core[\\/]to-json-schema\.js$/,
    contents: `
      export const createToJSONSchemaMethod = () => undefined
      export const createStandardJSONSchemaMethod = () => undefined`,
  },
]

/** Leaves out of a bundle what only the build of the OpenAPI document asks of zod (docs/decisions/0010-lean-bundles.md). */
export const leanZod: Plugin = {
  name: 'lean-zod',
  setup(build) {
    for (const { file, contents } of standIns) build.onLoad({ filter: file }, () => ({ contents }))
  },
}
