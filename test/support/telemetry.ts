import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import type { ApiClient } from './api-client.ts'
import { openAwsService } from './aws-service.ts'
import { seriesOf } from './exposition.ts'
import type { Logged } from './server.ts'
import { startTestServer } from './server.ts'
import { until } from './until.ts'

/** What both engines count, each in its own way. */
export interface Counted {
  readonly accepted: number
  readonly repeated: number
  readonly fannedOut: number
  readonly attempts: number
  readonly failed: number
  readonly firstAttempts: number
  readonly exhausted: number
  readonly disabled: number
}

/** An engine under the contract of lines and metrics. Attempts are made at 0 s and 1 s. */
export interface Observed {
  readonly api: ApiClient
  readonly lines: readonly Logged[]
  /** Lets everything happen that is due until `isOver`. */
  settle(isOver: () => boolean): Promise<void>
  counted(): Promise<Counted>
  close(): Promise<void>
}

export async function onSqlite(): Promise<Observed> {
  const server = await startTestServer({ args: ['--development', '--retry-schedule', '0s,1s'] })
  return {
    api: server.api,
    lines: server.lines,
    settle: async (isOver) => void (await until(isOver)),
    counted: async () => {
      const series = seriesOf(await server.api.text('/metrics'))
      const of = (name: string) => series.get(`outgoing_webhooks_${name}`) ?? 0
      const attempts = [...series].filter(([name]) => name.startsWith('outgoing_webhooks_attempts_total{'))
      const sum = (counts: [string, number][]) => counts.reduce((total, [, count]) => total + count, 0)
      return {
        accepted: of('events_accepted_total{duplicate="false"}'),
        repeated: of('events_accepted_total{duplicate="true"}'),
        fannedOut: of('fan_out_webhooks_total{webhook="on"}'),
        attempts: sum(attempts),
        failed: sum(attempts.filter(([name]) => !name.includes('2xx'))),
        firstAttempts: of('first_attempt_age_seconds'),
        exhausted: of('deliveries_ended_total{status="exhausted"}'),
        disabled: of('webhooks_disabled_total{reason="gone"}'),
      }
    },
    close: server.remove,
  }
}

const Line = z.record(z.string(), z.unknown())

export async function onAws(): Promise<Observed> {
  const lines: Logged[] = []
  const metrics: Record<string, unknown>[] = []
  const service = await openAwsService({
    settings: { RETRY_SCHEDULE: '0s,1s' },
    log: { info: (message, fields) => lines.push({ message, fields }), error: () => {} },
    writeLine: (line) => metrics.push(Line.parse(JSON.parse(line))),
  })
  return {
    api: service.api,
    lines,
    settle: async (isOver) => {
      while (!isOver()) {
        await service.drain()
        await pause(20)
      }
    },
    counted: async () => {
      const of = (name: string) => metrics.flatMap((line) => z.array(z.number()).parse(line[name] ?? []))
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
      return {
        accepted: sum(of('EventsAccepted')),
        repeated: sum(of('EventsRepeated')),
        fannedOut: sum(of('DeliveriesFannedOut')),
        attempts: of('AttemptFailed').length,
        failed: sum(of('AttemptFailed')),
        firstAttempts: of('FirstAttemptAge').length,
        exhausted: sum(of('DeliveriesExhausted')),
        disabled: sum(of('WebhooksDisabled')),
      }
    },
    close: service.close,
  }
}
