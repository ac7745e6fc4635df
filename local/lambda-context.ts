import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'

const timeoutMs = 30_000

/** The context that Lambda gives a function beside its argument. */
export function lambdaContext(functionName: string): Context {
  const endsAt = Date.now() + timeoutMs
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '256',
    awsRequestId: randomUUID(),
    logGroupName: functionName,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => endsAt - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  }
}
