import { setTimeout as pause } from 'node:timers/promises'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { Unavailable } from '../../domain/errors.ts'
import {
  type Attributes,
  type Change,
  conditionInput,
  type Expression,
  isEmpty,
  projectionInput,
  queryInput,
  type Range,
  updateInput,
} from './expressions.ts'
import { orUnavailable } from './unavailable.ts'

/** What names an item. */
export interface Key {
  readonly pk: string
  readonly sk: string
}

export interface ItemPage {
  readonly items: readonly unknown[]
  /** What `startAfter` goes on from; undefined at the end of the range. */
  readonly next: string | undefined
}

// DynamoDB's own limit: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const keysPerBatch = 100
const retryWaitsMs = [25, 100, 400]

/**
 * One DynamoDB table with the keys `pk` and `sk`. Items come out as they lie there, to be parsed.
 * Every call throws Unavailable when the table is throttled, failing or out of reach.
 */
export class Table {
  readonly #client: DynamoDBDocumentClient
  readonly #name: string

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.#client = client
    this.#name = name
  }

  /** The item, or undefined. `consistent`: as of now, at twice the price; else up to about a second old. */
  async get({ pk, sk }: Key, { consistent = false } = {}): Promise<unknown> {
    const command = new GetCommand({ TableName: this.#name, Key: { pk, sk }, ConsistentRead: consistent })
    return (await this.#call(() => this.#client.send(command))).Item
  }

  /**
   * Writes an item over whatever has its key.
   * @returns undefined when the condition does not hold; else what was there, if it was asked for.
   */
  put(
    item: Key & Attributes,
    { condition, returnOld = false }: { condition?: Expression; returnOld?: boolean } = {},
  ): Promise<{ readonly old: unknown } | undefined> {
    const command = new PutCommand({
      TableName: this.#name,
      Item: item,
      ReturnValues: returnOld ? 'ALL_OLD' : 'NONE',
      ...conditionInput(condition),
    })
    return this.#ifHolds(async () => ({ old: (await this.#client.send(command)).Attributes }))
  }

  /**
   * Changes attributes of an item, making it where there is none.
   * @returns undefined when the condition does not hold; else all of the item as it was or now is, if asked for.
   */
  update(
    { pk, sk }: Key,
    change: Change,
    { condition, returning }: { condition?: Expression; returning?: 'old' | 'new' } = {},
  ): Promise<{ readonly item: unknown } | undefined> {
    const command = new UpdateCommand({
      TableName: this.#name,
      Key: { pk, sk },
      ...updateInput(change, condition),
      ReturnValues: returning === undefined ? 'NONE' : returning === 'old' ? 'ALL_OLD' : 'ALL_NEW',
    })
    return this.#ifHolds(async () => ({ item: (await this.#client.send(command)).Attributes }))
  }

  /** @returns undefined when the condition does not hold; else what was there, if anything was. */
  delete(
    { pk, sk }: Key,
    { condition }: { condition?: Expression } = {},
  ): Promise<{ readonly old: unknown } | undefined> {
    const command = new DeleteCommand({
      TableName: this.#name,
      Key: { pk, sk },
      ReturnValues: 'ALL_OLD',
      ...conditionInput(condition),
    })
    return this.#ifHolds(async () => ({ old: (await this.#client.send(command)).Attributes }))
  }

  /** Items of a range: at most `limit`, or 1 MB of them. There may be none though `next` is given. */
  async page(range: Range): Promise<ItemPage> {
    if (isEmpty(range)) return { items: [], next: undefined }
    const command = new QueryCommand({ TableName: this.#name, ...queryInput(range) })
    const { Items = [], LastEvaluatedKey } = await this.#call(() => this.#client.send(command))
    const next: unknown = LastEvaluatedKey?.sk
    return { items: Items, next: typeof next === 'string' ? next : undefined }
  }

  /** All items of a range, page after page; `limit` is a page's. */
  async all(range: Range): Promise<readonly unknown[]> {
    const items: unknown[] = []
    for (let { startAfter } = range; ; ) {
      const page = await this.page({ ...range, startAfter })
      items.push(...page.items)
      if (page.next === undefined) return items
      startAfter = page.next
    }
  }

  /** The items that are there of those named, in no order. The keys must differ from each other. */
  async batchGet(
    keys: readonly Key[],
    { consistent = false, attributes }: { consistent?: boolean; attributes?: readonly string[] } = {},
  ): Promise<readonly unknown[]> {
    const chunks: Key[][] = []
    for (let at = 0; at < keys.length; at += keysPerBatch) chunks.push(keys.slice(at, at + keysPerBatch))
    const requests = chunks.map((chunk) => ({
      [this.#name]: {
        Keys: chunk.map(({ pk, sk }) => ({ pk, sk })),
        ConsistentRead: consistent,
        ...projectionInput(attributes),
      },
    }))
    return (await Promise.all(requests.map((request) => this.#getChunk(request)))).flat()
  }

  async #getChunk(request: BatchGetCommandInput['RequestItems']): Promise<readonly unknown[]> {
    const items: unknown[] = []
    let wanted = request
    for (const waitMs of [...retryWaitsMs, undefined]) {
      const command = new BatchGetCommand({ RequestItems: wanted })
      const { Responses, UnprocessedKeys = {} } = await this.#call(() => this.#client.send(command))
      items.push(...(Responses?.[this.#name] ?? []))
      if (Object.keys(UnprocessedKeys).length === 0) return items
      wanted = UnprocessedKeys
      if (waitMs !== undefined) await pause(waitMs)
    }
    throw new Unavailable('The table does not give out all items now. Send the same request again.')
  }

  async #ifHolds<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await this.#call(work)
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  #call<Result>(work: () => Promise<Result>): Promise<Result> {
    return orUnavailable('The table', work)
  }
}
