import { describe, expect, it } from 'vitest'
import type { Observation } from '../functions/domain/observation.ts'
import { EmbeddedMetrics, measuresOf } from '../functions/metrics.ts'
import { aDeferral, anAttemptObserved } from './support/observed.ts'

const ofWebhook = { webhook_id: 'whk_1' }
const counted: readonly (readonly [string, Observation, Readonly<Record<string, number>>])[] = [
  [
    'a first attempt that delivers',
    anAttemptObserved({ duration_ms: 12, age_ms: 40 }),
    { AttemptFailed: 0, AttemptDuration: 12, FirstAttemptAge: 40 },
  ],
  [
    'a later attempt that fails',
    anAttemptObserved({ attempt: 2, status: 'retrying', duration_ms: 12 }),
    { AttemptFailed: 1, AttemptDuration: 12 },
  ],
  [
    'a redelivery that is not delivered',
    anAttemptObserved({ trigger: 'redelivery', status: 'exhausted', duration_ms: 12 }),
    { AttemptFailed: 1, AttemptDuration: 12, DeliveriesExhausted: 1 },
  ],
  ['what a breaker holds back', aDeferral('breaker'), { AttemptsHeldBack: 1 }],
  ['what a rate limit puts off', aDeferral('rate_limit'), { AttemptsPaced: 1 }],
  ['what a slow receiver puts off', aDeferral('slow'), { AttemptsPaced: 1 }],
  ['what a crowd puts off', aDeferral('crowd'), { AttemptsPaced: 1 }],
  [
    'a breaker that opens',
    { kind: 'breaker changed', ...ofWebhook, from: 'closed', to: 'open' },
    { BreakersOpened: 1 },
  ],
  ['a breaker that closes', { kind: 'breaker changed', ...ofWebhook, from: 'open', to: 'closed' }, {}],
  [
    'a webhook turned off',
    { kind: 'webhook disabled', ...ofWebhook, reason: 'gone' },
    { WebhooksDisabled: 1 },
  ],
]

describe('the metrics on AWS', () => {
  it.each(counted)('count %s', (_, seen, measures) => {
    expect(Object.fromEntries(measuresOf(seen))).toEqual(measures)
  })

  it('have the form that CloudWatch Logs makes metrics of', () => {
    const metrics = new EmbeddedMetrics()
    metrics.observe(anAttemptObserved({ attempt: 2, duration_ms: 5 }))
    metrics.observe(anAttemptObserved({ attempt: 2, duration_ms: 7, status: 'retrying' }))
    expect(JSON.parse(metrics.takeLine('stack', 1_700_000_000_000) ?? '')).toEqual({
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'OutgoingWebhooks',
            Dimensions: [['Service']],
            Metrics: [
              { Name: 'AttemptFailed', Unit: 'Count' },
              { Name: 'AttemptDuration', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      Service: 'stack',
      AttemptFailed: [0, 1],
      AttemptDuration: [5, 7],
    })
  })

  it('start again after each line, and say nothing of nothing', () => {
    const metrics = new EmbeddedMetrics()
    expect(metrics.takeLine('stack', 0)).toBeUndefined()
    metrics.observe({ kind: 'webhook disabled', ...ofWebhook, reason: 'gone' })
    expect(metrics.takeLine('stack', 0)).toContain('"WebhooksDisabled":[1]')
    expect(metrics.takeLine('stack', 0)).toBeUndefined()
  })
})
