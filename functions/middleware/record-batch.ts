import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod/mini'
import type { Log } from './log.ts'

/** A record of a batch, its body parsed. `seen`: the queue has handed it out before. */
export interface Parsed<Body> {
  readonly record: SQSRecord
  readonly body: Body
  readonly seen: boolean
}

/**
 * Handles an SQS batch so that one bad record spoils no other: what does not parse or is not handled stays on the
 * queue, and after its receives ends in the dead-letter queue.
 * @param handle handles all parsed records and tells for each, in order, whether it is done.
 */
export async function handleBatch<Schema extends z.ZodMiniType>(
  batch: SQSEvent,
  {
    schema,
    log,
    handle,
  }: {
    schema: Schema
    log: Log
    handle: (records: readonly Parsed<z.output<Schema>>[]) => Promise<readonly boolean[]>
  },
): Promise<SQSBatchResponse> {
  const failed: string[] = []
  const parsed = batch.Records.flatMap((record) => {
    const result = z.safeParse(schema, jsonOrUndefined(record.body))
    if (result.success)
      return [{ record, body: result.data, seen: Number(record.attributes.ApproximateReceiveCount) > 1 }]
    log.error('a message does not parse', {
      message_id: record.messageId,
      reason: result.error.issues[0]?.message,
    })
    failed.push(record.messageId)
    return []
  })
  const done = parsed.length === 0 ? [] : await handle(parsed)
  for (const [index, { record }] of parsed.entries()) if (done[index] !== true) failed.push(record.messageId)
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
