import type { Latencies } from './latencies.ts'
import type { Limits } from './limits.ts'
import type { PhaseResult } from './phase.ts'
import type { ScenarioResult } from './scenario.ts'
import { figureText } from './show/words.ts'
import type { LatencySummary } from './statistics.ts'

/** What one repetition has measured. */
export interface Repetition {
  readonly limits: Limits
  readonly scenarios: readonly ScenarioResult[]
}

/** The results as text for a terminal: medians, with the least and the most where there were several repetitions. */
export function reportText(repetitions: readonly Repetition[]): string {
  const names = [
    ...new Set(repetitions.flatMap(({ scenarios }) => scenarios.map(({ scenario }) => scenario))),
  ]
  const ofScenario = (name: string) =>
    repetitions.flatMap(({ scenarios }) => scenarios.filter(({ scenario }) => scenario === name))
  return [
    'Limits of this machine, each alone, one thread, a second',
    ...table(limitRows(repetitions.map(({ limits }) => limits))),
    ...names.flatMap((name) => ['', name, ...table(scenarioRows(ofScenario(name)))]),
    '',
  ].join('\n')
}

type Row = readonly [label: string, value: string]

function limitRows(limits: readonly Limits[]): Row[] {
  return [
    ['POSTs, publisher to receiver without a server', figure(limits.map(({ posts }) => posts))],
    ['SQLite commits, each confirmed by the disk', figure(limits.map(({ commits }) => commits))],
    ['SQLite rows of 1 KB, 100 to such a commit', figure(limits.map(({ rowsGrouped }) => rowsGrouped))],
    ['HMAC-SHA256 of 1 KB', figure(limits.map(({ signatures }) => signatures))],
  ]
}

function scenarioRows(results: readonly ScenarioResult[]): Row[] {
  const capacities = results.map(({ capacity }) => capacity)
  const latencies = results.flatMap(({ latency }) => (latency === undefined ? [] : [latency]))
  const cpu = (of: 'server' | 'publisher' | 'receiver', phases: readonly PhaseResult[]) =>
    figure(phases.map(({ cpuSeconds, deliveries }) => (cpuSeconds[of] / deliveries) * 1e6))
  const megabytes = (bytes: readonly number[]) => figure(bytes.map((value) => value / 2 ** 20))
  const rows: Row[] = [
    ['deliveries a second', figure(capacities.map(({ deliveriesPerSecond }) => deliveriesPerSecond))],
    ['events accepted a second', figure(capacities.map(({ acceptedPerSecond }) => acceptedPerSecond))],
    ['deliveries behind when publishing ended', figure(capacities.map(({ backlog }) => backlog))],
    ['CPU s per million deliveries: server', cpu('server', capacities)],
    ['  publisher', cpu('publisher', capacities)],
    ['  receiver', cpu('receiver', capacities)],
    [
      'cores used: server, publisher, receiver',
      figure(
        capacities.map(({ coresUsed }) => coresUsed.own),
        2,
      ),
    ],
    [
      '  everything on the machine',
      figure(
        capacities.map(({ coresUsed }) => coresUsed.all),
        2,
      ),
    ],
    ['server memory at the end, MB', megabytes(results.map(({ server }) => server.rssEndBytes))],
    ['  at its peak, MB', megabytes(results.map(({ server }) => server.rssPeakBytes))],
    ['lost, duplicates, unexpected, failed requests', integrityText(results)],
  ]
  if (latencies.length === 0) return rows
  const latencyRow = (label: string, of: keyof Latencies): Row => [
    label,
    latencyText(latencies.map((latency) => latency.latencies[of])),
  ]
  return [
    ...rows,
    [
      'events a second by schedule, at half of that',
      figure(latencies.map(({ ratePerSecond }) => ratePerSecond)),
    ],
    ['  CPU s per million deliveries: server', cpu('server', latencies)],
    ['latency in ms', 'p50, p90, p99, max'],
    latencyRow('  due → 202', 'accept'),
    latencyRow('  202 → request at the receiver', 'delivery'),
    latencyRow('  due → request at the receiver', 'endToEnd'),
    latencyRow('  of which the publisher was late', 'publisherLate'),
  ]
}

/** Deliveries that were lost, in all phases together. */
export function lostOf(results: readonly ScenarioResult[]): number {
  return sum(
    results.flatMap((result) => [result.warmUpLost, ...phasesOf(result).map(({ balance }) => balance.lost)]),
  )
}

function integrityText(results: readonly ScenarioResult[]): string {
  const phases = results.flatMap(phasesOf)
  const total = (of: 'duplicates' | 'unexpected') => sum(phases.map(({ balance }) => balance[of]))
  const failures = phases.flatMap((phase) => Object.entries(phase.failures))
  const lines = results.flatMap(({ server }) => server.firstLogLines)
  const ends = results.filter(({ server }) => server.exitCode !== 0)
  return [
    `${lostOf(results)}, ${total('duplicates')}, ${total('unexpected')}, ${sum(failures.map(([, count]) => count))}`,
    ...failures.map(([reason, count]) => `${count} × ${reason}`),
    ...lines,
    ...ends.map(({ server }) => `the server ended with ${server.exitCode ?? 'SIGKILL'}`),
  ].join('\n    ! ')
}

function phasesOf({ capacity, latency }: ScenarioResult): PhaseResult[] {
  return latency === undefined ? [capacity] : [capacity, latency]
}

function latencyText(summaries: readonly LatencySummary[]): string {
  return (['p50', 'p90', 'p99', 'max'] as const)
    .map((of) =>
      figure(
        summaries.map((summary) => summary[of]),
        1,
      ),
    )
    .join(', ')
}

function figure(values: readonly number[], digits = 0): string {
  return figureText({ values, unit: '', digits })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function table(rows: readonly Row[]): string[] {
  return rows.map(([label, value]) => `  ${label.padEnd(48)}${value}`)
}
