import type { Resolve } from '../../../functions/adapters/http/guarded-connect.ts'
import { parseNetwork } from '../../../functions/domain/ip-address.ts'
import type { NoticeWords } from '../../../functions/domain/notice-words.ts'
import type { UrlPolicy } from '../../../functions/domain/webhook-url.ts'
import type { Answer } from '../../support/receiver.ts'
import type { FaultInjector } from './fault-injector.ts'
import type { ReceiverLedger } from './received-log.ts'

/** One delivery as the log has it in the end. */
export interface LoggedDelivery {
  readonly id: string
  readonly webhookId: string
  readonly status: string
  readonly trigger: string
  /** Attempts that stand in the log, each one request. */
  readonly attempts: number
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export type QueueName = 'fanOut' | 'delivery'

/** An engine under test: the deployed functions over one set of adapters, with faults between them and the world. */
export interface Bed {
  readonly engine: 'SQLite' | 'AWS'
  readonly faults: FaultInjector
  readonly receiver: ReceiverLedger
  /** What this engine's store, queue or key says when it does not take a call now. */
  readonly unavailable: () => Error
  /** Milliseconds since 1970, of a clock that only `advance` moves. */
  now(): number
  advance(ms: number): Promise<void>
  /** Calls the API with a token that may do everything. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  /** Handles what is on the queues (or the one named) and due, batch by batch. What fails comes again later. */
  handleDue(only?: QueueName): Promise<void>
  sweep(): Promise<void>
  /** Whether anything waits: messages, or deliveries that are not over. */
  isBusy(): Promise<boolean>
  deadLetters(): Promise<number>
  /** Puts every dead letter back on its queue. */
  redrive(): Promise<void>
  /** Puts texts on a queue as they are. */
  put(queue: QueueName, texts: readonly string[]): Promise<void>
  /** Takes up to `count` messages that are due off a queue; resolves with their texts. */
  take(queue: QueueName, count: number): Promise<readonly string[]>
  /** All that the operator was told by the topic, or what stands for it. */
  told(): Promise<readonly NoticeWords[]>
  logOf(eventId: string): Promise<readonly LoggedDelivery[]>
  close(): Promise<void>
}

export interface BedOptions {
  readonly answer?: Answer
  /** As the settings take it; five attempts within half an hour when left out. */
  readonly retrySchedule?: string
  readonly deadlineMs?: number
  /** Takes the place of the system's resolver. */
  readonly resolve?: Resolve
  /** Receives before a message is a dead letter; more than faults take when left out. */
  readonly maxReceives?: number
  /** Whether the embedded engine queues the fan-out of every event, as it does where webhooks are many; true when left out. */
  readonly queuesFanOut?: boolean
}

export type OpenBed = (options?: BedOptions) => Promise<Bed>

export const defaultSchedule = '0s,5s,60s,5m,20m'
/** More than faults take, less than bad messages would need time. */
export const defaultMaxReceives = 20
/** Receivers on this machine, over plain HTTP. */
export const loopback: UrlPolicy = {
  allowedNetworks: [parseNetwork('127.0.0.0/8')],
  allowHttp: true,
  allowedPorts: 'any',
}
