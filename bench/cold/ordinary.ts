import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { Tracer } from '@aws-lambda-powertools/tracer'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import middy from '@middy/core'
import { z } from 'zod'

// What a function mostly looks like (performance.md names it "an ordinary stack"): the SDK as it comes, zod whole, three
// Powertools. It is what ours are measured against, and is deployed nowhere.
const Request = z.object({ id: z.string() })
const logger = new Logger({ serviceName: 'ordinary' })
const metrics = new Metrics({ namespace: 'ordinary' })
const tracer = new Tracer({ enabled: false })
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}))

export const queues = new SQSClient({})
export const parts = { logger, metrics, tracer }
export const handler = middy<unknown, unknown>().handler(async (request) => {
  const { id } = Request.parse(request)
  const { Item } = await table.send(new GetCommand({ TableName: 'config', Key: { pk: id, sk: id } }))
  return Item
})
