import { type Bench, type Figure, ratios } from '../bench.ts'
import type { Worker } from '../processes.ts'
import type { Variant } from './messages.ts'
import { withoutTimes } from './one-origin.ts'
import { byTurns, type Field, type Sent, send, withSink } from './run.ts'

const hosts = 100
const names: Readonly<Record<Variant, string>> = {
  engine: 'delivery engine',
  'node:https': 'bare node:https',
  fetch: 'fetch + Promise.all',
}
const hangDeadlineMs = 2_000

/** What a batch costs that goes to a hundred receivers, each with a certificate of its own, and what a hanging one does. */
export const manyHosts: Bench = {
  name: 'hosts',
  target: '≤ 0.5 × the CPU of fetch + Promise.all; one receiver that hangs delays nobody',
  run: ({ quick, repetitions, parent, say }) =>
    withSink(hosts, parent, async (field) => {
      const rounds = repetitions ?? (quick ? 2 : 7)
      say('connections that are new')
      const fresh = await byTurns(rounds, (variant) => firstBatch(field, variant))
      say('connections that are kept')
      const workers = {
        engine: field.start('engine'),
        'node:https': field.start('node:https'),
        fetch: field.start('fetch'),
      }
      await byTurns(1, (variant) => batches(field, workers[variant], 20))
      const kept = await byTurns(rounds, (variant) => batches(field, workers[variant], 20))
      say('one of the hundred hangs')
      const hanging = await beside(field, rounds)
      const ms = (sent: readonly Sent[]) => sent.map(({ cpuSeconds }) => cpuSeconds * 1e3)
      const bars = [['new', fresh] as const, ['kept', kept] as const].flatMap(([how, by]) =>
        (['engine', 'node:https', 'fetch'] as const).map(
          (variant): Figure => ({
            label: `${names[variant]}, ${how} connections`,
            unit: 'ms',
            values: ms(by[variant]),
            digits: 1,
          }),
        ),
      )
      const share = (how: string, by: typeof fresh): Figure => ({
        label: `engine ÷ fetch, ${how} connections`,
        unit: '×',
        values: ratios(ms(by.engine), ms(by.fetch)),
        digits: 2,
        target: { atMost: 0.5 },
      })
      return {
        figures: [
          ...bars.map((bar) => ({ ...bar, label: `CPU a batch: ${bar.label}` })),
          share('new', fresh),
          share('kept', kept),
          { label: 'last of 99 answers, none hangs', unit: 'ms', values: hanging.without, digits: 1 },
          { label: 'last of 99 answers, one hangs', unit: 'ms', values: hanging.with, digits: 1 },
          {
            label: 'with ÷ without the one that hangs',
            unit: '×',
            values: ratios(hanging.with, hanging.without),
            digits: 2,
            target: { atMost: 1.2 },
          },
        ],
        plot: { title: 'CPU of a batch to 100 TLS hosts', bars },
        notes: [
          'A batch is one request of 1 KB to each host, all at once. New: the first batch of a new process, as in a new instance of a function, with 100 whole handshakes. Kept: by turns, 20 batches after as many to warm up.',
        ],
        details: { fresh: withoutTimes(fresh), kept: withoutTimes(kept), hanging },
      }
    }),
}

async function firstBatch(field: Field, variant: Variant): Promise<Sent> {
  await field.ask({ kind: 'forget' })
  const worker = field.start(variant)
  try {
    const sent = await send(field, worker, { urls: [...field.urls], requests: hosts, atOnce: hosts })
    if (sent.connections !== hosts)
      throw new Error(`${variant} opened ${sent.connections} connections to ${hosts} hosts.`)
    return sent
  } finally {
    worker.end()
  }
}

/** So many batches to all hosts, one after the other; resolves with what one of them came to. */
async function batches(field: Field, worker: Worker, count: number): Promise<Sent> {
  const orders = { urls: [...field.urls], requests: hosts, atOnce: hosts }
  const all: Sent[] = []
  for (let nth = 0; nth < count; nth++) all.push(await send(field, worker, orders))
  const [first] = all
  if (first === undefined) throw new Error('A round has at least one batch.')
  const mean = (of: (sent: Sent) => number) => all.reduce((sum, sent) => sum + of(sent), 0) / all.length
  return {
    ...first,
    cpuSeconds: mean(({ cpuSeconds }) => cpuSeconds),
    wallSeconds: mean(({ wallSeconds }) => wallSeconds),
  }
}

/** When the last of 99 answers was there, milliseconds, without and with a hundredth that never answers; by turns. */
async function beside(field: Field, rounds: number): Promise<{ without: number[]; with: number[] }> {
  const worker = field.start('engine')
  const last = async (first: boolean) => {
    await field.ask({ kind: 'hang', first })
    const orders = { urls: [...field.urls], requests: hosts, atOnce: hosts, deadlineMs: hangDeadlineMs }
    const { answeredAtMs } = await send(field, worker, { ...orders, unanswered: first ? 1 : 0 })
    return Math.max(...answeredAtMs.slice(1))
  }
  for (let nth = 0; nth < 10; nth++) await last(false)
  const times: { without: number[]; with: number[] } = { without: [], with: [] }
  for (let round = 0; round < rounds; round++) {
    times.without.push(await last(false))
    times.with.push(await last(true))
    // Opens the connection again that the deadline closed.
    await last(false)
  }
  return times
}
