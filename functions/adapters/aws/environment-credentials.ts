/**
 * Takes the place of the SDK's chain of credential providers in the bundles (lib/bundle.ts). Lambda hands a function its
 * keys in the environment; the chain's other links are a third of an SDK client's code, loaded at each cold start.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'
