declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** DynamoDB's protocol over an in-memory store; `createTableMs`: how long a new table takes to be there. */
  export default function dynalite(options?: { readonly createTableMs?: number }): Server
}
