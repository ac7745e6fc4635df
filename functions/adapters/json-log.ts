import type { Log, LogFields } from '../middleware/log.ts'

/** One JSON object a line, to standard error: what CloudWatch and every log shipper read. */
export const jsonLog: Log = {
  info: (message, fields) => write('info', message, fields),
  error: (message, fields) => write('error', message, fields),
}

function write(level: string, message: string, fields: LogFields = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`)
}
