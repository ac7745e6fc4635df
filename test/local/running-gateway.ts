import { connect } from 'node:net'
import middy from '@middy/core'
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { type GatewayReply, type GatewayRequest, jsonReply } from '../../functions/api/gateway.ts'
import type { LogFields } from '../../functions/middleware/log.ts'
import { createGateway } from '../../local/http-gateway.ts'
import { ApiClient } from '../support/api-client.ts'
import { portOf } from '../support/receiver.ts'

/** What an authorizer answers. */
export function verdict(
  effect: 'Allow' | 'Deny',
  context: Readonly<Record<string, string>>,
): APIGatewayAuthorizerResult {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: '*' }
  return { principalId: 'tok_1', policyDocument: { Version: '2012-10-17', Statement: [statement] }, context }
}

/** The gateway on a free port, before entries that keep what they are handed and answer what the test says. */
export async function startGateway() {
  const requests: (GatewayRequest & { readonly entry: 'ingest' | 'admin' })[] = []
  const authorized: APIGatewayRequestAuthorizerEvent[] = []
  const logged: { readonly message: string; readonly fields: LogFields | undefined }[] = []
  const says = {
    answer: (): GatewayReply => jsonReply(200, { fine: true }),
    judge: () => verdict('Allow', { scopes: 'admin read' }),
  }
  const entry = (name: 'ingest' | 'admin') =>
    middy<GatewayRequest, GatewayReply>().handler(async (request: GatewayRequest) => {
      requests.push({ ...request, entry: name })
      return says.answer()
    })
  const authorize = middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>().handler(
    async (event: APIGatewayRequestAuthorizerEvent) => {
      authorized.push(event)
      return says.judge()
    },
  )
  const server = createGateway(
    { ingest: entry('ingest'), admin: entry('admin'), authorize },
    { info: () => {}, error: (message, fields) => logged.push({ message, fields }) },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server.address())
  return {
    port,
    api: new ApiClient(`http://127.0.0.1:${port}`, 'a-token'),
    /** What the entries and the authorizer say; may be changed. */
    says,
    requests,
    authorized,
    logged,
    /** Writes the head of a request as it is; resolves with the status of the answer. */
    statusOfRaw: (head: string): Promise<number> =>
      new Promise((resolve, reject) => {
        let text = ''
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`${head}\r\nHost: x\r\nConnection: close\r\n\r\n`),
        )
        socket.on('data', (chunk) => {
          text += String(chunk)
        })
        socket.on('error', reject)
        socket.on('close', () => resolve(Number(text.split(' ')[1])))
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
