import { billOf } from '../test/contracts/dynalite-table.ts'
import { aStack, resourcesOf } from '../test/lib/synthesized.ts'
import { openAwsService } from '../test/support/aws-service.ts'
import prices from './prices.json' with { type: 'json' }

const minutes = 30 * 24 * 60
// Lambda asks each queue by five long polls of 20 s while nothing comes
// (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html): published, not measured.
const polls = 5 * 3 * minutes

/** What a month costs in which nothing happens, in dollars by what they are paid for; Lambda's seconds are not among it. */
export async function idleMonth(webhooks: number): Promise<Readonly<Record<string, number>>> {
  const { readUnits, writeUnits } = await sweepsOfAnHour(webhooks)
  const stack = aStack()
  const count = (type: string) => Object.keys(resourcesOf(stack, type)).length
  const hours = minutes / 60
  const each = {
    polls: (count('AWS::Lambda::EventSourceMapping') * polls * prices.queueRequests) / 1e6,
    sweepReads: (hours * readUnits * prices.readUnits) / 1e6,
    sweepWrites: (hours * writeUnits * prices.writeUnits) / 1e6,
    sweepInvocations: (minutes * prices.invocations) / 1e6,
    alarms:
      alarmedMetrics(Object.values(resourcesOf(stack, 'AWS::CloudWatch::Alarm'))) *
      prices.monthly.alarmedMetrics,
    key: count('AWS::KMS::Key') * prices.monthly.keys,
    secret: count('AWS::SecretsManager::Secret') * prices.monthly.secrets,
    dashboard: count('AWS::CloudWatch::Dashboard') * prices.monthly.dashboards,
  }
  return { ...each, sum: Object.values(each).reduce((sum, dollars) => sum + dollars, 0) }
}

/** The units of the sixty sweeps of an hour in which nothing happens: the watch over failures looks once an hour. */
async function sweepsOfAnHour(webhooks: number) {
  let nowMs = Date.now()
  const service = await openAwsService({ now: () => nowMs })
  try {
    for (let nth = 0; nth < webhooks; nth++)
      await service.api.createWebhook({ url: `http://127.0.0.1/${nth}`, event_types: ['a:b'] })
    const anHour = async () => {
      for (let nth = 0; nth < 60; nth++) {
        nowMs += 60_000
        await service.sweep()
      }
    }
    await anHour()
    return await billOf(service.tables, anHour)
  } finally {
    await service.close()
  }
}

/** An alarm is paid for by the metrics that it looks at. */
function alarmedMetrics(
  alarms: readonly { readonly Properties: Readonly<Record<string, unknown>> }[],
): number {
  const metricsOf = ({ Metrics }: Readonly<Record<string, unknown>>) =>
    Array.isArray(Metrics) ? Metrics.filter((metric) => 'MetricStat' in metric).length : 1
  return alarms.reduce((sum, { Properties }) => sum + metricsOf(Properties), 0)
}
