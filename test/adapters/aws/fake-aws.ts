import { onTestFinished } from 'vitest'
import type { AwsSettings } from '../../../functions/adapters/aws/clients.ts'
import { nobody } from '../../contracts/emulator.ts'
import { startTestReceiver } from '../../support/receiver.ts'

/** A call as AWS would get it: the operation's name and its input, as JSON value. */
export interface AwsCall {
  readonly operation: string
  readonly input: unknown
}

/** What AWS says: the output, an error by its name, a status with text that is no JSON, or nothing at all. */
export type AwsAnswer =
  | { readonly output: object }
  | { readonly error: string; readonly status?: number }
  | { readonly status: number; readonly text: string }
  | 'cut'
  | 'silence'

/**
 * Starts a server that speaks AWS's JSON protocol and answers every call as told.
 * @returns settings for a client that tries once, the calls so far, and what ends it.
 */
export async function startFakeAws(answer: (call: AwsCall, nth: number) => AwsAnswer): Promise<{
  readonly settings: AwsSettings
  readonly calls: readonly AwsCall[]
  close(): Promise<void>
}> {
  const calls: AwsCall[] = []
  const server = await startTestReceiver(({ headers, body }, response) => {
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? ''
    const call = { operation, input: JSON.parse(body.toString('utf8')) }
    calls.push(call)
    const answered = answer(call, calls.length)
    if (answered === 'silence') return
    if (answered === 'cut') {
      response.destroy()
      return
    }
    const status = 'status' in answered ? answered.status : undefined
    response.writeHead(status ?? ('error' in answered ? 400 : 200), {
      'content-type': 'application/x-amz-json-1.0',
    })
    if ('text' in answered) response.end(answered.text)
    else response.end(JSON.stringify('error' in answered ? { __type: answered.error } : answered.output))
  })
  return { settings: { ...nobody, endpoint: server.url, maxAttempts: 1 }, calls, close: server.close }
}

/** The same for the running test, at whose end it ends. */
export async function fakeAws(...args: Parameters<typeof startFakeAws>) {
  const started = await startFakeAws(...args)
  onTestFinished(started.close)
  return started
}
