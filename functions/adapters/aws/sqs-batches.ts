/** A message on its way to SQS. */
export interface Entry {
  readonly id: string
  /** Of its body, in UTF-8. */
  readonly bytes: number
  readonly message: {
    readonly MessageBody: string
    readonly MessageGroupId?: string
    readonly DelaySeconds?: number
  }
}

const maxEntries = 10
// A request may hold 1 MiB of messages (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).
// Whether ids and groups count is not said: this leaves room for them.
const maxBytes = 1_048_576 - 16_384

/** Packs messages, in their order, into as few requests as SQS takes. One that is larger than a request may be goes alone. */
export function batchesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const batches: Entry[][] = []
  let last: Entry[] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    if (last.length === maxEntries || bytes + entry.bytes > maxBytes) {
      last = []
      batches.push(last)
      bytes = 0
    }
    last.push(entry)
    bytes += entry.bytes
  }
  return batches
}
