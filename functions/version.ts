/** This service's version; `package.json` has the same, and a test holds them together. */
export const version = '0.1.0'

/** What receivers see as `User-Agent`. */
export const userAgent = `Sourcegraph-Outgoing-Webhooks/${version}`
