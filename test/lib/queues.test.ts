import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { aStack, type Resource, resourcesOf, targetOf } from './synthesized.ts'

const Mapping = z.object({
  FunctionName: z.unknown(),
  EventSourceArn: z.unknown(),
  BatchSize: z.number(),
  FunctionResponseTypes: z.array(z.string()),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }),
})
const Redrive = z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.number() })

describe('queues', () => {
  const stack = aStack({ concurrentDeliveries: 40, concurrentFanOuts: 4 })
  const all = resourcesOf(stack)
  const queues = Object.entries(all).filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
  const mappings = Object.values(all)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => Mapping.parse(Properties))
  const of = (reference: unknown): Resource => {
    const found = all[targetOf(reference) ?? '']
    if (found === undefined) throw new Error('points to nothing')
    return found
  }

  it('feed fan-out and delivery', () => {
    expect(
      mappings.map(({ FunctionName, ScalingConfig }) => [
        of(FunctionName).Properties.Description,
        ScalingConfig.MaximumConcurrency,
      ]),
    ).toEqual([
      ['Finds the webhooks that want an event, and queues a delivery for each', 4],
      ['Signs and sends deliveries, and logs what came of them', 40],
    ])
  })

  it('hide a batch for at least six times as long as its function may take', () => {
    for (const { EventSourceArn, FunctionName } of mappings) {
      const timeout = Number(of(FunctionName).Properties.Timeout)
      expect(Number(of(EventSourceArn).Properties.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeout)
    }
  })

  it('take back the messages of a batch that failed, and only those', () => {
    for (const { FunctionResponseTypes } of mappings)
      expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
  })

  it('set aside after twenty receives what our own code cannot handle, and keep it two weeks', () => {
    for (const { EventSourceArn } of mappings) {
      const { deadLetterTargetArn, maxReceiveCount } = Redrive.parse(
        of(EventSourceArn).Properties.RedrivePolicy,
      )
      expect(maxReceiveCount).toBe(20)
      expect(of(deadLetterTargetArn).Properties.MessageRetentionPeriod).toBe(14 * 86_400)
    }
  })

  it('are those two, their dead letters, and what AWS could not hand on', () => {
    expect(queues.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'FanOutQueueDeadLetters',
      'FanOutQueue',
      'DeliveryQueueDeadLetters',
      'DeliveryQueue',
      'Undelivered',
    ])
  })

  it('take no message in the clear', () => {
    const Guarded = z.object({
      Queues: z.array(z.unknown()),
      PolicyDocument: z.object({ Statement: z.array(z.unknown()) }),
    })
    const guarded = Object.values(all)
      .filter(({ Type }) => Type === 'AWS::SQS::QueuePolicy')
      .map(({ Properties }) => Guarded.parse(Properties))
      .filter(({ PolicyDocument }) =>
        JSON.stringify(PolicyDocument.Statement).includes('{"Bool":{"aws:SecureTransport":"false"}}'),
      )
      .flatMap(({ Queues }) => Queues.map(targetOf))
    expect(guarded.sort()).toEqual(queues.map(([id]) => id).sort())
  })

  it('may be fed by their own consumer in delivery only, whose retries look like a loop to Lambda', () => {
    const allowed = Object.values(all)
      .filter(
        ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.RecursiveLoop === 'Allow',
      )
      .map(({ Properties }) => Properties.Description)
    expect(allowed).toEqual(['Signs and sends deliveries, and logs what came of them'])
  })
})
