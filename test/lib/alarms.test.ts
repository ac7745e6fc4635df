import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { metricDimension, metricNames, metricNamespace } from '../../functions/metrics.ts'
import { aStack, resourcesOf, targetOf } from './synthesized.ts'

const Alarm = z.object({
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.unknown()),
  OKActions: z.array(z.unknown()),
})

const anchors = new Set(
  [...readFileSync('docs/operations.md', 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  ),
)

describe('alarms', () => {
  const stack = aStack({ alarmEmail: 'ops@example.com', runbookUrl: 'https://example.com/runbook' })
  const all = resourcesOf(stack)
  const alarms = Object.entries(all)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => ({ id: id.replace(/[0-9A-F]{8}$/, ''), ...Alarm.parse(Properties) }))

  it('watch every function, both queues, the API, the receivers and the sweep', () => {
    expect(alarms.map(({ id }) => id).sort()).toEqual([
      'AlarmsFailingDeliveries',
      'AlarmsFarBehind',
      'AlarmsServerErrors',
      'AlarmsSweepStopped',
      'AlarmsWebhooksHeldBack',
      'AlarmsadminErrors',
      'AlarmsadminThrottles',
      'AlarmsauthorizeErrors',
      'AlarmsauthorizeThrottles',
      'AlarmsconsoleErrors',
      'AlarmsconsoleThrottles',
      'AlarmsdeliverErrors',
      'AlarmsdeliverThrottles',
      'AlarmsfanOutErrors',
      'AlarmsfanOutThrottles',
      'AlarmsingestErrors',
      'AlarmsingestThrottles',
      'AlarmssweepErrors',
      'AlarmssweepThrottles',
      'DeliveryQueueDeadLettered',
      'DeliveryQueueWaiting',
      'FanOutQueueDeadLettered',
      'FanOutQueueWaiting',
    ])
  })

  it.each(alarms)('$id says what it means, and links to what to do', ({ AlarmDescription }) => {
    const [, impact, anchor = ''] =
      /^(.{30,}[.]) What to do: https:\/\/example\.com\/runbook#([a-z-]+)$/.exec(AlarmDescription) ?? []
    expect(impact).toBeDefined()
    expect(anchors).toContain(anchor)
  })

  it('are told to the topic when they begin and when they are over', () => {
    const [topic] = Object.entries(all).filter(([, { Type }]) => Type === 'AWS::SNS::Topic')
    for (const { AlarmActions, OKActions } of alarms)
      expect([AlarmActions.map(targetOf), OKActions.map(targetOf)]).toEqual([[topic?.[0]], [topic?.[0]]])
  })

  it('are mailed to whoever the setting names', () => {
    const [subscription] = Object.values(resourcesOf(stack, 'AWS::SNS::Subscription'))
    expect(subscription?.Properties).toMatchObject({ Protocol: 'email', Endpoint: 'ops@example.com' })
    expect(resourcesOf(aStack(), 'AWS::SNS::Subscription')).toEqual({})
  })

  it.each([
    ['WebhooksHeldBack', metricNames.breakersOpened],
    ['FarBehind', metricNames.firstAttemptAge],
    ['FailingDeliveries', metricNames.attemptFailed],
  ])('read for %s the metric that deliveries are counted by', (alarm, name) => {
    expect(
      all[Object.keys(all).find((id) => id.startsWith(`Alarms${alarm}`)) ?? '']?.Properties,
    ).toMatchObject({
      Namespace: metricNamespace,
      MetricName: name,
      Dimensions: [{ Name: metricDimension, Value: 'OutgoingWebhooks-test' }],
    })
  })

  it('take the silence of the sweep for bad news', () => {
    const sweep = all[Object.keys(all).find((id) => id.startsWith('AlarmsSweepStopped')) ?? '']
    expect(sweep?.Properties).toMatchObject({ TreatMissingData: 'breaching', EvaluationPeriods: 5 })
  })
})
