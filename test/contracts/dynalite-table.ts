import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import * as z from 'zod/mini'
import { documentClient } from '../../functions/adapters/aws/clients.ts'
import { Table } from '../../functions/adapters/aws/table.ts'
import { urlOf } from '../../local/url-of.ts'
import { patientNobody } from './emulator.ts'
import type { ManualClock, Open } from './harness.ts'

export interface Tables {
  readonly client: DynamoDBDocumentClient
  readonly config: Table
  readonly log: Table
}

/** Starts DynamoDB's emulator in this process, with both tables, empty. It goes by no clock and expires nothing. */
export async function openTables(): Promise<Tables & { close(): Promise<void> }> {
  const server = dynalite({ createTableMs: 0 })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = documentClient({ ...patientNobody, endpoint: urlOf(server.address(), '127.0.0.1') })
  await Promise.all(['config', 'log'].map((name) => makeTable(client, name)))
  return {
    client,
    config: new Table(client, 'config'),
    log: new Table(client, 'log'),
    close: async () => {
      client.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Opens DynamoDB adapters as a contract suite wants them: over empty tables that are gone on close. */
export function onDynalite<Ports>(
  build: (tables: Tables, clock: ManualClock) => Ports,
): Open<Ports & { readonly tables: Tables }> {
  return async (clock) => {
    const { close, ...tables } = await openTables()
    return { ...build(tables, clock), tables, close }
  }
}

/** What calls were billed for. */
export interface Bill {
  readonly readUnits: number
  readonly writeUnits: number
  /** How many there were, by command. */
  readonly calls: Readonly<Record<string, number>>
}

const reading = new Set(['GetItemCommand', 'QueryCommand', 'BatchGetItemCommand'])
const Query = z.object({ ConsistentRead: z.optional(z.boolean()) })
const Consumed = z.object({ CapacityUnits: z.number() })
const Output = z.object({ ConsumedCapacity: z.optional(z.union([Consumed, z.array(Consumed)])) })

/** Does some work, and tells what its calls to the tables were billed for. */
export async function billOf(
  { client }: Pick<Tables, 'client'>,
  work: () => Promise<unknown>,
): Promise<Bill> {
  let readUnits = 0
  let writeUnits = 0
  const calls: Record<string, number> = {}
  const name = 'bill'
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        calls[commandName] = (calls[commandName] ?? 0) + 1
        try {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
          const { ConsumedCapacity = [] } = z.parse(Output, result.output)
          const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0)
          // DynamoDB bills a query that finds nothing as one that finds little; the emulator bills it as nothing.
          const isQuery = commandName === 'QueryCommand'
          const least = isQuery ? (z.parse(Query, args.input).ConsistentRead === true ? 1 : 0.5) : 0
          if (reading.has(commandName)) readUnits += Math.max(units, least)
          else writeUnits += units
          return result
        } catch (error) {
          // Billed by the size of what is there, and not told: of a small item it is one unit.
          if (error instanceof ConditionalCheckFailedException) writeUnits += 1
          throw error
        }
      },
    { step: 'initialize', name },
  )
  try {
    await work()
  } finally {
    client.middlewareStack.remove(name)
  }
  return { readUnits, writeUnits, calls }
}

async function makeTable(client: DynamoDBDocumentClient, name: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  // Even when told to take no time for it, the emulator has a new table only some turns of the event loop later.
  const describe = new DescribeTableCommand({ TableName: name })
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE') await setImmediate()
}
