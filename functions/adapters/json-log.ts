import type { Log } from '../middleware/log.ts'

/** Writes one JSON object a line: what CloudWatch and every log shipper read. */
export function jsonLogTo(writeLine: (line: string) => void): Log {
  const at =
    (level: string): Log['info'] =>
    (message, fields) =>
      writeLine(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }))
  return { info: at('info'), error: at('error') }
}

/** To standard error, at once. */
export const jsonLog = jsonLogTo((line) => process.stderr.write(`${line}\n`))

/** To standard output, at once. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
