import { describe, expect, it } from 'vitest'
import type { Outcome } from '../functions/domain/outcome.ts'
import { DeliveryMetrics } from '../functions/metrics.ts'

const request = { url: 'https://example.com/', headers: {}, body: new Uint8Array() }
const answered = (status: number): Outcome => ({
  kind: 'response',
  response: { status, headers: {}, body: new Uint8Array(), truncated: false },
})

describe('the metrics of deliveries', () => {
  it('count what becomes of attempts, in the form that CloudWatch Logs makes metrics of', async () => {
    const metrics = new DeliveryMetrics()
    const outcomes = [answered(200), answered(204), answered(500)]
    const sender = metrics.counted({ send: async () => outcomes.pop() ?? answered(410) })
    for (let sent = 0; sent < 4; sent++) await sender.send(request)
    await metrics.countedDisable({ disable: async () => {} })('whk_1', 'gone', 0)
    expect(JSON.parse(metrics.takeLine('stack', 1_700_000_000_000) ?? '')).toEqual({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'OutgoingWebhooks',
            Dimensions: [['Service']],
            Metrics: [
              { Name: 'AttemptFailed', Unit: 'Count' },
              { Name: 'WebhooksDisabled', Unit: 'Count' },
            ],
          },
        ],
      },
      Service: 'stack',
      AttemptFailed: [1, 0, 0, 1],
      WebhooksDisabled: 1,
    })
  })

  it('start again after each line, and say nothing of nothing', async () => {
    const metrics = new DeliveryMetrics()
    expect(metrics.takeLine('stack', 0)).toBeUndefined()
    await metrics.counted({ send: async () => answered(200) }).send(request)
    expect(metrics.takeLine('stack', 0)).toContain('"AttemptFailed":[0]')
    expect(metrics.takeLine('stack', 0)).toBeUndefined()
  })

  it('count no webhook as disabled that the store did not disable', async () => {
    const metrics = new DeliveryMetrics()
    const disable = metrics.countedDisable({ disable: () => Promise.reject(new Error('throttled')) })
    await expect(disable('whk_1', 'gone', 0)).rejects.toThrow('throttled')
    expect(metrics.takeLine('stack', 0)).toBeUndefined()
  })
})
