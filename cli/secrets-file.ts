import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { Usage } from './errors.ts'

/** A signing secret in the form of Standard Webhooks: `whsec_` and 256 random bits in base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** A file for secrets that were made, readable by its owner alone: YAML, a line for each. */
export class SecretsFile {
  readonly path: string
  readonly #descriptor: number

  /** @throws Usage when there is such a file already, or none can be made. */
  constructor(path: string) {
    this.path = path
    try {
      this.#descriptor = openSync(path, 'wx', 0o600)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      throw new Usage(
        code === 'EEXIST'
          ? `${path} is there already, and secrets are never written over others: name another file. Nothing was done.`
          : `${path} cannot be made (${code}). Nothing was done.`,
      )
    }
  }

  /** Returns once it is on the disk. */
  keep(url: string, secret: string): void {
    // JSON is YAML, and `import --secrets-from` reads it back.
    writeSync(this.#descriptor, `- ${JSON.stringify({ url, secret })}\n`)
    fsyncSync(this.#descriptor)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
