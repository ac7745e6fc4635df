import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { ListKeysCommand } from '@aws-sdk/client-kms'
import { ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { documentClient, kmsClient, sqsClient } from '../../../functions/adapters/aws/clients.ts'
import { KmsCipher } from '../../../functions/adapters/aws/kms-cipher.ts'
import { readSecretValue } from '../../../functions/adapters/aws/secret-value.ts'
import { Table } from '../../../functions/adapters/aws/table.ts'
import type { Webhook } from '../../../functions/domain/webhook.ts'
import { CheckedApi } from '../../support/checked-api.ts'
import { type Outputs, stackOf } from './cdk.ts'
import { region, rootKeys } from './emulator.ts'

const maxTables = 100

/** A deployed stage, as its operator reaches it. */
export class Deployment {
  readonly #stage: string
  readonly #endpoint: string
  readonly #aws: { region: string; endpoint: string; credentials: typeof rootKeys }
  readonly queues: SQSClient

  constructor(stage: string, endpoint: string) {
    this.#stage = stage
    this.#endpoint = endpoint
    this.#aws = { region, endpoint, credentials: rootKeys }
    this.queues = sqsClient(this.#aws)
  }

  /** Its API with the token of the secret, every answer held against the OpenAPI document. */
  async api({ ApiUrl, AdminTokenSecret }: Outputs): Promise<CheckedApi> {
    const { hostname, pathname } = new URL(ApiUrl)
    const [apiId] = hostname.split('.')
    // The emulator's stand-in for the API's own host name.
    const url = `${this.#endpoint}/restapis/${apiId}${pathname}/_user_request_`
    const caller = { region, endpoint: this.#endpoint, ...rootKeys }
    return new CheckedApi(url, await readSecretValue(caller, AdminTokenSecret, Date.now()))
  }

  /** A table of the stack, or of one that was destroyed. Rejects unless there is exactly one. */
  async table(logicalId: 'ConfigTable' | 'LogTable'): Promise<Table> {
    const client = documentClient(this.#aws)
    const { TableNames = [] } = await client.send(new ListTablesCommand({ Limit: maxTables }))
    return new Table(client, this.#only(TableNames, logicalId))
  }

  /** What the keys of the account make of a webhook's secret; only on AWS does a wrong key make nothing of it. */
  async openings({ id, secret }: Webhook): Promise<readonly string[]> {
    const client = kmsClient(this.#aws)
    const { Keys = [] } = await client.send(new ListKeysCommand({}))
    const openings = Keys.map(({ KeyId = '' }) => new KmsCipher(client, KeyId).open(secret, id))
    return (await Promise.allSettled(openings)).flatMap((opening) =>
      opening.status === 'fulfilled' ? [opening.value] : [],
    )
  }

  /** The address of a queue, by its logical id without CDK's digits. */
  async queueUrl(logicalId: string): Promise<string> {
    const { QueueUrls = [] } = await this.queues.send(new ListQueuesCommand({}))
    return this.#only(QueueUrls, logicalId)
  }

  #only(names: readonly string[], logicalId: string): string {
    // CDK puts eight digits behind a logical id, unless the stack fixes it; CloudFormation puts its own behind a name.
    const wanted = new RegExp(`/?${stackOf(this.#stage)}-${logicalId}([0-9A-F]{8})?-[^/]*$`)
    const found = names.filter((name) => wanted.test(name))
    const [name] = found
    if (name === undefined || found.length > 1)
      throw new Error(`${logicalId} is there ${found.length} times: ${names.join(', ')}`)
    return name
  }
}
