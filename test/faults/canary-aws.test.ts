import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { KmsInput } from '../adapters/aws/fake-kms.ts'
import { type AwsService, type AwsServiceOptions, openAwsService } from '../support/aws-service.ts'
import { answered } from '../support/builders.ts'
import { aSecret, bytesIn, findings, type Place, unseen } from '../support/canaries.ts'
import type { TestReceiver } from '../support/receiver.ts'
import {
  brokenType,
  exercise,
  isNotForReceivers,
  requestsTo,
  startBehaviours,
} from './support/canary-exercise.ts'
import { Transcript, unusedRoutes } from './support/transcript.ts'

describe('a secret of the functions on AWS', () => {
  let receiver: TestReceiver
  let service: AwsService

  beforeEach(async () => {
    receiver = await startBehaviours()
  })

  afterEach(async () => {
    await service.close()
    await receiver.close()
  })

  /** Lets everything happen that may; resolves with the secrets, the answers, and everything else that was written. */
  async function run(options: AwsServiceOptions = {}) {
    const places: Place[] = []
    const operatorToken = aSecret()
    const take = (name: string, value: unknown) => places.push({ name, bytes: bytesIn(value) })
    const logged = (message: string, fields: unknown) => take('a log line', [message, fields])
    service = await openAwsService({
      log: { info: logged, error: logged },
      operatorToken,
      writeLine: (line) => take('a line of metrics', line),
      maxReceives: 2,
      visibilitySeconds: 1,
      settings: { RETRY_SCHEDULE: '0s,1s' },
      ...options,
    })
    // Whatever was written, also if it was deleted or handled since.
    service.tables.client.middlewareStack.add(
      (next) => (args) => {
        take('a call of a table', args.input)
        return next(args)
      },
      { step: 'initialize' },
    )
    service.queues.middlewareStack.add(
      (next) => (args) => {
        take('a call of a queue', args.input)
        return next(args)
      },
      { step: 'initialize' },
    )
    const transcript = new Transcript('the', { url: service.api.url, token: operatorToken })
    transcript.hidden("the operator's token", operatorToken)
    let isOver = false
    const working = (async () => {
      while (!isOver) await service.drain()
    })()
    try {
      const broken = await exercise(transcript, receiver)
      isOver = true
      await working
      await breakSecretOf(broken)
      await transcript.call('POST', '/events', { type: brokenType, payload: {} })
      while ((await service.deadLetters()) === 0) await service.drain()
      await service.sweep()
    } finally {
      isOver = true
      await working
    }
    for (const TableName of ['config', 'log']) {
      const { Items = [] } = await service.tables.client.send(new ScanCommand({ TableName }))
      for (const item of Items) take(`an item of the table ${TableName}`, item)
    }
    return { transcript, places }
  }

  async function breakSecretOf(webhookId: string): Promise<void> {
    const key = { pk: 'webhook', sk: webhookId }
    await service.tables.config.update(key, { set: { secret: 'not sealed' } })
    service.restart()
  }

  it('is shown once, and found nowhere else: answer, log, item or message', {
    timeout: 180_000,
  }, async () => {
    const { transcript, places } = await run()
    expect(new Set(places.map(({ name }) => name))).toEqual(
      new Set([
        'a log line',
        'a line of metrics',
        'a call of a table',
        'a call of a queue',
        'an item of the table config',
        'an item of the table log',
      ]),
    )
    expect(unusedRoutes([transcript])).toEqual([])
    expect(findings(transcript.canaries, [...places, ...transcript.places])).toEqual([])
    expect(unseen(transcript.canaries, transcript.places)).toEqual([])
    expect(findings(transcript.canaries.filter(isNotForReceivers), requestsTo(receiver))).toEqual([])
  })

  it('is found where functions leak it: sealed by nothing, and logged', { timeout: 180_000 }, async () => {
    const lines: Place[] = []
    const { transcript, places } = await run({
      kms: ({ input }) => {
        const { KeyId, Plaintext, CiphertextBlob } = z.parse(KmsInput, input)
        return { output: { KeyId, Plaintext: CiphertextBlob, CiphertextBlob: Plaintext } }
      },
      sender: {
        send: async ({ headers }) => {
          lines.push({ name: 'a line of the sender', bytes: bytesIn(headers) })
          return answered(200)
        },
      },
    })
    const found = findings(transcript.canaries, [...places, ...lines])
    for (const secret of ["a source's secret", 'the secret of ok', 'a rotated secret', "a header's value"])
      expect(found).toContainEqual(
        expect.stringMatching(`^${secret}, plain in base64 .*, in an item of the table config$`),
      )
    expect(found).toContain("a header's value, plain, in a line of the sender")
  })
})
