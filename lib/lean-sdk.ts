import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

const schemasFile = /@aws-sdk[\\/]client-[a-z]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/
const packageFile = /@aws-sdk[\\/]client-[a-z]+[\\/]package\.json$/
const checksumFallback = /^\.\/(Sha256Js|Md5Js)$/
const adaptiveRetries = /\/util-retry\/AdaptiveRetryStrategy$/
const endpointDiscovery = /^@aws-sdk\/middleware-endpoint-discovery$/

/** Errors of AWS that our code tells by their class; it tells all others by their names. */
const errorsByClass = ['ConditionalCheckFailedException']

const noDiscovery = `
export const getEndpointDiscoveryPlugin = () => ({ applyToStack() {} })
export const resolveEndpointDiscoveryConfig = (config) => config
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined, configFileSelector: () => undefined, default: false,
}`

/**
 * Leaves out of a bundle what the SDK loads at each cold start and a function here never needs: schemas of operations that
 * are not called, classes of errors that nobody asks for, the search for endpoints, retries that adapt themselves (all
 * retry by the standard), and checksums for a Node without OpenSSL. Why, what it saves and what keeps it honest: docs/decisions/0010-lean-bundles.md.
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
    build.onResolve({ filter: checksumFallback }, ({ path }) => ({ path, namespace: 'checksum-fallback' }))
    build.onLoad({ filter: /.*/, namespace: 'checksum-fallback' }, ({ path }) => ({
      contents: `export class ${path.slice(2)} {}`,
    }))
    build.onResolve({ filter: adaptiveRetries }, ({ path, resolveDir }) => ({
      path,
      namespace: 'adaptive-retries',
      pluginData: join(resolveDir, path, '..'),
    }))
    build.onLoad({ filter: /.*/, namespace: 'adaptive-retries' }, ({ pluginData: resolveDir }) => ({
      contents: "export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy'",
      resolveDir,
    }))
    build.onResolve({ filter: endpointDiscovery }, ({ path }) => ({ path, namespace: 'endpoint-discovery' }))
    build.onLoad({ filter: /.*/, namespace: 'endpoint-discovery' }, () => ({ contents: noDiscovery }))
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
