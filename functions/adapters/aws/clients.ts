import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { KMSClient } from '@aws-sdk/client-kms'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Where AWS is, and who asks; what is absent the SDK takes from the environment, as Lambda sets it. */
export interface AwsSettings {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  /** How often a request is tried, the first time included; absent: three times, as AWS advises. */
  readonly maxAttempts?: number
  /** For one try; absent: 1 s to connect, 3 s for the answer. */
  readonly timeoutMs?: number
}

// The SDK waits for ever by default: one connection that went dead would hold a function until its own timeout.
function clientConfig({ timeoutMs, ...settings }: AwsSettings) {
  return {
    ...settings,
    requestHandler: {
      connectionTimeout: timeoutMs ?? 1_000,
      requestTimeout: timeoutMs ?? 3_000,
      throwOnRequestTimeout: true,
    },
  }
}

/** The table client. Make it once for each process: it keeps connections. */
export function documentClient(settings: AwsSettings = {}): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(settings)), {
    marshallOptions: { removeUndefinedValues: true },
  })
}

/** The queue client. */
export function sqsClient(settings: AwsSettings = {}): SQSClient {
  // By default the queue's URL names the host to talk to, and AWS_ENDPOINT_URL goes unheard.
  return new SQSClient({ ...clientConfig(settings), useQueueUrlAsEndpoint: false })
}

/** The client of the topic of notices. */
export function snsClient(settings: AwsSettings = {}): SNSClient {
  return new SNSClient(clientConfig(settings))
}

/** The key client. */
export function kmsClient(settings: AwsSettings = {}): KMSClient {
  return new KMSClient(clientConfig(settings))
}
