import * as z from 'zod/mini'
import { Unavailable } from '../../domain/errors.ts'

// DynamoDB, SQS and KMS each have their own words for "too much at once".
const throttled = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'KmsThrottled',
])

// What Node and the SDK call a way there that is closed, cut or too slow.
const unreached = new Set([
  'TimeoutError',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

const Answered = z.object({ $metadata: z.object({ httpStatusCode: z.number() }) })
const SystemError = z.object({ code: z.string() })

/**
 * Does what an AWS client does, and says so in the domain's word when the service is throttled, failing or out of
 * reach: the SDK has tried again already, but a little later the same request may succeed. Other errors are our own
 * faults, such as a missing permission, and stay what they are.
 * @param service what the sentence for the client begins with, e.g. `The queue`.
 * @throws Unavailable with the SDK's error as its cause.
 */
export async function orUnavailable<Result>(service: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (!mayPass(cause)) throw cause
    throw new Unavailable(`${service} does not take requests now. Send the same request again.`, { cause })
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (throttled.has(error.name) || unreached.has(error.name)) return true
  const answered = z.safeParse(Answered, error)
  if (answered.success) {
    const { httpStatusCode } = answered.data.$metadata
    return httpStatusCode >= 500 || httpStatusCode === 429
  }
  const failed = z.safeParse(SystemError, error)
  return failed.success && unreached.has(failed.data.code)
}
