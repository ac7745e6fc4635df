import { numberWithin, wholeNumber } from '../arguments.ts'
import { confirmedWebhook } from '../confirmed-webhook.ts'
import { Failed } from '../errors.ts'
import { type LoadResult, percentile, runLoad, type Sample } from '../load.ts'
import { counted, fields, table } from '../output.ts'
import { startProgress } from '../progress.ts'
import { DeliveryDetail } from '../resources.ts'
import type { CommandGroup, Session } from '../session.ts'

interface LoadOptions {
  readonly count: number
  readonly rate: number
  readonly maxErrors: number
  readonly type: string
  readonly yes?: boolean
}

/** `load-test`: how a receiver bears more than one request, politely. */
export const loadTestCommand: CommandGroup = (program, open) => {
  program
    .command('load-test')
    .description('Send one webhook many sample events at a steady rate, and tell how its receiver bore them.')
    .argument('<webhook>')
    .option('-n, --count <number>', 'how many, at most 1,000', wholeNumber(1, 1_000), 100)
    .option('--rate <number>', 'how many a second, at most 50', numberWithin(0.1, 50), 5)
    .option('--max-errors <percent>', 'stop when more than this share fails', numberWithin(0, 100), 20)
    .option('--type <event-type>', 'the type whose sample is sent', 'batch_change:apply')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
Only this webhook gets them, each once; they are tests, logged with the trigger "test". It stops by itself when too many
fail, and when the receiver or the API asks for less (429, Retry-After). At most 20 wait for an answer at a time.

Example:
  $ outgoing-webhooks load-test whk_01kaqc3h5n8r2c4x --count 200 --rate 10

Exit code 1 when it stopped before its end.`,
    )
    .action(async (id: string, options: LoadOptions, command) => loadTest(open(command), id, options))
}

async function loadTest(session: Session, id: string, options: LoadOptions): Promise<void> {
  const { count, rate, maxErrors, type, yes } = options
  const { webhook } = await confirmedWebhook(session, id, {
    ...(yes === undefined ? {} : { yes }),
    question: ({ url }) => `Send ${counted(count, 'sample event')} of ${type} to ${url}, ${rate} a second?`,
  })
  const stop = session.terminal.interruption()
  const progress = await startProgress(session.terminal)
  const result = await runLoad(
    { count, rate, maxErrorShare: maxErrors / 100 },
    {
      send: () => sendOne(session, webhook.id, type),
      terminal: session.terminal,
      stop,
      onSample: (samples) => progress.show(samples.length / count, `${samples.length} of ${count} answered`),
    },
  ).finally(() => progress.end())
  const summary = summaryOf(result)
  session.print(summary, () => summaryText(summary))
  if (summary.stopped_because !== null)
    throw new Failed(`Stopped after ${summary.sent}: ${summary.stopped_because}`)
}

async function sendOne({ api }: Session, id: string, type: string): Promise<Sample> {
  const { status, body } = await api.call('POST', `/webhooks/${id}/test`, { body: { event_type: type } })
  if (status === 202)
    return { outcome: 'no answer in 20 s', isOk: false, durationMs: undefined, asksForLess: false }
  const delivery = DeliveryDetail.parse(body)
  const attempt = delivery.attempts.at(-1)
  const answer = attempt?.response ?? undefined
  return {
    outcome: answer === undefined ? 'no answer' : String(answer.status),
    isOk: delivery.status === 'delivered',
    durationMs: attempt?.duration_ms,
    asksForLess: answer?.status === 429 || answer?.headers['retry-after'] !== undefined,
  }
}

function summaryOf({ samples, stoppedBecause }: LoadResult) {
  const durations = samples.flatMap(({ durationMs }) => durationMs ?? [])
  const failures = Map.groupBy(
    samples.filter(({ isOk }) => !isOk),
    ({ outcome }) => outcome,
  )
  return {
    sent: samples.length,
    ok: samples.filter(({ isOk }) => isOk).length,
    failed: Object.fromEntries([...failures].map(([outcome, { length }]) => [outcome, length])),
    duration_ms: {
      p50: percentile(durations, 0.5) ?? null,
      p95: percentile(durations, 0.95) ?? null,
      p99: percentile(durations, 0.99) ?? null,
    },
    stopped_because: stoppedBecause ?? null,
  }
}

function summaryText({
  sent,
  ok,
  failed,
  duration_ms: { p50, p95, p99 },
}: ReturnType<typeof summaryOf>): string {
  const counts = fields([
    ['sent', sent],
    ['ok', ok],
    ...Object.entries(failed).map(([outcome, count]) => [`failed: ${outcome}`, count] as const),
  ])
  const row = { p50, p95, p99 }
  return `${counts}\nThe receiver's time to answer, in ms\n${table(
    [row],
    [
      { title: 'P50', of: (each) => each.p50 },
      { title: 'P95', of: (each) => each.p95 },
      { title: 'P99', of: (each) => each.p99 },
    ],
  )}`
}
