import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { SqliteLevels, SqliteQueueLevel } from '../functions/adapters/sqlite/sqlite-levels.ts'
import type { Observation } from '../functions/domain/observation.ts'
import { isFirstAttempt } from '../functions/metrics.ts'

const prefix = 'outgoing_webhooks_'
const attemptSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]
const firstAttemptSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200]

type Attempted = Extract<Observation, { kind: 'delivery attempted' }>

/** An answer to a request, for the count of them. */
export interface Answered {
  readonly method: string
  /** With `{id}` where the path varies; `none` for what is no route. */
  readonly route: string
  readonly status: number
}

/**
 * The metrics of one server, in Prometheus's form. Labels have few values each: a label with webhooks' ids would be a
 * series for each of them and each value of the others, for ever; whose a failure is, the lines and the API say.
 */
export class PrometheusMetrics {
  readonly #registry = new Registry()
  readonly #instruments = instruments(this.#registry)
  /** Reads the queues once for all that is told of them. */
  #read = (): void => {}

  readonly observe = (seen: Observation): void => {
    const of = this.#instruments
    switch (seen.kind) {
      case 'event accepted':
        of.accepted.inc({ duplicate: String(seen.duplicate) })
        break
      case 'event fanned out':
        of.fannedOut.inc()
        of.fannedOutTo.inc({ webhook: 'on' }, seen.webhooks)
        of.fannedOutTo.inc({ webhook: 'off' }, seen.missed)
        break
      case 'delivery attempted':
        this.#attempted(seen)
        break
      case 'delivery deferred':
        of.deferred.inc({ reason: seen.reason })
        break
      case 'delivery cancelled':
        of.ended.inc({ status: 'cancelled' })
        break
      case 'webhook disabled':
        of.disabled.inc({ reason: seen.reason })
        break
      case 'breaker changed':
        of.breakerChanges.inc({ to: seen.to })
    }
  }

  #attempted(seen: Attempted): void {
    const of = this.#instruments
    of.attempts.inc({ outcome: outcomeOf(seen) })
    // Nothing was sent of what a breaker failed.
    if (seen.reason !== 'breaker') of.attemptSeconds.observe(seen.duration_ms / 1_000)
    if (isFirstAttempt(seen)) of.firstAttemptSeconds.observe(seen.age_ms / 1_000)
    if (seen.status !== 'retrying') of.ended.inc({ status: seen.status })
  }

  readonly answered = ({ method, route, status }: Answered): void => {
    this.#instruments.requests.inc({ method, route, status })
  }

  /** Adds what is not counted but read, at each scrape. */
  watch(levels: SqliteLevels, queues: readonly string[]): void {
    const gauge = (name: string, help: string, labelNames: readonly string[], collect: (it: Gauge) => void) =>
      new Gauge({
        ...{ name: `${prefix}${name}`, help, labelNames: [...labelNames], registers: [this.#registry] },
        collect() {
          collect(this)
        },
      })
    let read: readonly SqliteQueueLevel[] = []
    this.#read = () => {
      read = queues.map((queue) => levels.queue(queue))
    }
    gauge('queue_messages', 'Messages that wait in a queue, at most 100,000.', ['queue', 'state'], (it) => {
      for (const { queue, due, delayed } of read) {
        it.set({ queue, state: 'due' }, due)
        it.set({ queue, state: 'delayed' }, delayed)
      }
    })
    gauge('queue_oldest_due_seconds', 'How long the oldest due message has waited.', ['queue'], (it) => {
      for (const { queue, oldestDueMs } of read) it.set({ queue }, oldestDueMs / 1_000)
    })
    gauge('dead_letters', 'Messages that our own code could not handle.', ['queue'], (it) => {
      for (const { queue, deadLetters } of read) it.set({ queue }, deadLetters)
    })
    gauge('retries_waiting', 'Deliveries that come again later, at most 100,000.', [], (it) =>
      it.set(levels.retriesWaiting()),
    )
    gauge('breakers', 'Webhooks whose deliveries are held back (open) or paced (slow).', ['state'], (it) => {
      for (const [state, count] of Object.entries(levels.breakers())) it.set({ state }, count)
    })
  }

  readonly contentType = this.#registry.contentType

  /** All metrics as text, those of the process included. */
  async text(): Promise<string> {
    this.#read()
    return (await Promise.all([this.#registry.metrics(), processRegistry().metrics()])).join('\n')
  }
}

function outcomeOf({ reason, status_code: status }: Attempted): string {
  return reason ?? `${Math.floor(status / 100)}xx`
}

let ofProcess: Registry | undefined

/** One for the process, however many servers run in it: its observers of the runtime cannot be taken away again. */
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

function instruments(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `${prefix}${name}`, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `${prefix}${name}`, help, buckets, registers })
  return {
    accepted: counter('events_accepted_total', 'Events answered with 202.', 'duplicate'),
    fannedOut: counter('events_fanned_out_total', 'Events whose webhooks were found.'),
    fannedOutTo: counter('fan_out_webhooks_total', 'Webhooks that wanted an event.', 'webhook'),
    attempts: counter('attempts_total', 'Attempts, by status class or why none came.', 'outcome'),
    attemptSeconds: histogram('attempt_seconds', 'From sending a request until its answer.', attemptSeconds),
    firstAttemptSeconds: histogram(
      'first_attempt_age_seconds',
      'From accepting an event until its first request to a webhook.',
      firstAttemptSeconds,
    ),
    ended: counter('deliveries_ended_total', 'Deliveries that need nothing more.', 'status'),
    deferred: counter('attempts_deferred_total', 'Attempts that were put off.', 'reason'),
    disabled: counter('webhooks_disabled_total', 'Webhooks that were turned off by themselves.', 'reason'),
    breakerChanges: counter('breaker_changes_total', 'Changes of breakers.', 'to'),
    requests: counter('http_requests_total', 'Answers to API requests.', 'method', 'route', 'status'),
  }
}
