import { type Bench, type Figure, ratios } from '../bench.ts'
import { byTurns, send, withSink } from './run.ts'

/** What a delivery costs to one receiver over kept connections, TLS included. */
export const engine: Bench = {
  name: 'engine',
  target:
    '≤ 1.25 × the CPU of a bare keep-alive node:https loop, with signing, address guard, deadline and log record; ≥ 3.5 × better than fetch',
  run: ({ quick, repetitions, parent }) =>
    withSink(1, parent, async (field) => {
      const requests = quick ? 2_000 : 20_000
      const workers = {
        engine: field.start('engine'),
        'node:https': field.start('node:https'),
        fetch: field.start('fetch'),
      }
      const round = (variant: keyof typeof workers) =>
        send(field, workers[variant], { urls: [...field.urls], requests, atOnce: 50 })
      // The first of them compile what the others run through.
      await byTurns(2, round)
      const rounds = await byTurns(repetitions ?? (quick ? 2 : 7), round)
      const microseconds = (variant: keyof typeof workers) =>
        rounds[variant].map(({ cpuSeconds }) => (cpuSeconds / requests) * 1e6)
      const [ours, bare, fetched] = [
        microseconds('engine'),
        microseconds('node:https'),
        microseconds('fetch'),
      ]
      const sinkBusy = Object.values(rounds).flatMap((sent) => sent.map(({ sinkBusy }) => sinkBusy))
      const bars: Figure[] = [
        { label: 'delivery engine', unit: 'µs', values: ours, digits: 1 },
        { label: 'bare node:https', unit: 'µs', values: bare, digits: 1 },
        { label: 'fetch', unit: 'µs', values: fetched, digits: 1 },
      ]
      return {
        figures: [
          ...bars.map((bar) => ({ ...bar, label: `CPU a delivery: ${bar.label}` })),
          {
            label: 'engine ÷ bare node:https',
            unit: '×',
            values: ratios(ours, bare),
            digits: 2,
            target: { atMost: 1.25 },
          },
          {
            label: 'fetch ÷ engine',
            unit: '×',
            values: ratios(fetched, ours),
            digits: 2,
            target: { atLeast: 3.5 },
          },
          { label: 'fetch ÷ bare node:https', unit: '×', values: ratios(fetched, bare), digits: 2 },
          {
            label: 'sink busy, most',
            unit: 'cores',
            values: [Math.max(...sinkBusy)],
            digits: 2,
            target: { atMost: 0.8 },
          },
        ],
        plot: { title: 'CPU of a delivery to one TLS receiver, connections kept', bars },
        notes: [
          'Each variant in a process of its own, by turns, 50 requests of 1 KB at a time to one TLS receiver.',
          'The engine looks up, signs twice, guards, keeps the deadline, decides and writes the record as text, its stores in memory; bare node:https does none of it; fetch only keeps the deadline.',
        ],
        details: { requests, rounds: withoutTimes(rounds) },
      }
    }),
}

/** Raw figures without the times of each request. */
export function withoutTimes<Sent extends { readonly answeredAtMs: unknown }>(
  rounds: Readonly<Record<string, readonly Sent[]>>,
) {
  const rest = (sent: Sent) => ({ ...sent, answeredAtMs: undefined })
  return Object.fromEntries(Object.entries(rounds).map(([variant, sent]) => [variant, sent.map(rest)]))
}
