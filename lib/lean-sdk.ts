import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

const schemasFile = /@aws-sdk[\\/]client-[a-z]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/
const endpointsFile = /@aws-sdk[\\/]client-([a-z]+)[\\/]dist-es[\\/]endpoint[\\/]endpointResolver\.js$/
const packageFile = /@aws-sdk[\\/]client-[a-z]+[\\/]package\.json$/

/** Errors of AWS that our code tells by their class; it tells all others by their names. */
const errorsByClass = ['ConditionalCheckFailedException']

/** Modules that no function here needs, and what stands in for them: what they do when there is nothing to do. */
const standIns: readonly { readonly file: RegExp; readonly contents: string }[] = [
  // Checksums in plain JavaScript, for a Node without OpenSSL.
  { file: /checksum[\\/]sha256[\\/]Sha256Js\.js$/, contents: 'export class Sha256Js {}' },
  { file: /checksum[\\/]md5[\\/]Md5Js\.js$/, contents: 'export class Md5Js {}' },
  // Retries that adapt themselves: all retry by the standard.
  {
    file: /util-retry[\\/]AdaptiveRetryStrategy\.js$/,
    contents: "export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy'",
  },
  // The search for endpoints, which DynamoDB offers and nobody has asked for.
  {
    file: /middleware-endpoint-discovery[\\/]dist-es[\\/]index\.js$/,
    contents: `
      export const getEndpointDiscoveryPlugin = () => ({ applyToStack() {} })
      export const resolveEndpointDiscoveryConfig = (config) => config
      export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
        environmentVariableSelector: () => undefined, configFileSelector: () => undefined, default: false,
      }`,
  },
  // Lambda has no ~/.aws: its functions are told all by the environment.
  {
    file: /shared-ini-file-loader[\\/]loadSharedConfigFiles\.js$/,
    contents: `
      export const CONFIG_PREFIX_SEPARATOR = '.'
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} })`,
  },
  // Nor an instance whose metadata would name the region.
  {
    file: /regionConfig[\\/]getInstanceMetadataRegion\.js$/,
    contents: 'export const getInstanceMetadataRegion = async () => undefined',
  },
  // The regions of all partitions, which only the rules for endpoints look up, and those are replaced (below).
  {
    file: /util-endpoints[\\/]lib[\\/]aws[\\/]partitions\.js$/,
    contents: 'export const partitionsInfo = { partitions: [] }',
  },
  // Signatures of single messages in a stream of events: no call here streams any.
  { file: /signature-v4[\\/]dist-es[\\/]HeaderFormatter\.js$/, contents: 'export class HeaderFormatter {}' },
  // Log lines of the SDK's own, which hold inputs and outputs: no client here is given a logger.
  {
    file: /middleware-logger[\\/]loggerMiddleware\.js$/,
    contents: `
      export const loggerMiddleware = () => (next) => next
      export const loggerMiddlewareOptions = {}
      export const getLoggerPlugin = () => ({ applyToStack() {} })`,
  },
]

/**
 * Leaves out of a bundle what the SDK loads at each cold start and no function here needs. Why, what it saves and what
 * keeps it honest: docs/decisions/0010-lean-bundles.md.
 */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup(build) {
    build.onLoad({ filter: schemasFile }, ({ path }) => ({
      contents: leanSchemas(readFileSync(path, 'utf8')),
    }))
    build.onLoad({ filter: packageFile }, ({ path }) => {
      const { version }: { version?: unknown } = JSON.parse(readFileSync(path, 'utf8'))
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
    build.onLoad({ filter: endpointsFile }, ({ path }) => ({
      contents: `
        import { sdkEndpoint } from './functions/adapters/aws/service-endpoint.ts'
        export const defaultEndpointResolver = (asked) => sdkEndpoint('${endpointsFile.exec(path)?.[1]}', asked)`,
      resolveDir: process.cwd(),
    }))
    for (const { file, contents } of standIns) build.onLoad({ filter: file }, () => ({ contents }))
  },
}

/**
 * A client's schemas so that esbuild can tell which are used: it keeps a table with computed names unless it is told that
 * making it has no effect. Errors that are not registered come as the client's general one, with name and message.
 */
export function leanSchemas(source: string): string {
  return source
    .replace(/^((?:export )?(?:var|const) \w+\$?) = (\[[\s\S]*?\]);$/gm, '$1 = /* @__PURE__ */ (() => $2)();')
    .replace(/^n\d+_registry\.registerError\(\w+\$, (\w+)\);\n/gm, (line, name: string) =>
      errorsByClass.includes(name) ? line : '',
    )
}
