import * as z from 'zod/mini'
import type { Attempt } from '../../domain/delivery.ts'
import { jsonColumn } from './json-column.ts'

const headers = z.record(z.string(), z.string())

const Row = z.pipe(
  z.object({
    number: z.number(),
    sent_at: z.number(),
    duration_ms: z.number(),
    url: z.string(),
    request_headers: jsonColumn(headers),
    response: z.nullable(
      jsonColumn(
        z.object({
          status: z.number(),
          headers,
          body: z.string(),
          bodyEncoding: z.enum(['utf8', 'base64']),
          truncated: z.boolean(),
        }),
      ),
    ),
    error: z.nullable(z.string()),
  }),
  z.transform(
    (row): Attempt => ({
      number: row.number,
      sentAt: row.sent_at,
      durationMs: row.duration_ms,
      request: { url: row.url, headers: row.request_headers },
      response: row.response,
      error: row.error,
    }),
  ),
)

/** A row of the table as an attempt. */
export function toAttempt(row: unknown): Attempt {
  return z.parse(Row, row)
}
