import * as z from 'zod/mini'
import type { Outgoing, Queue } from '../../domain/messages.ts'
import { GroupTurns } from './group-turns.ts'
import type { SqliteStore } from './store.ts'

/** A message as the queue hands it out; all of one receive belong to one group. */
export interface Received {
  readonly id: string
  readonly group: string
  readonly body: string
  readonly sentAt: number
  /** How often it has been handed out, this time included. */
  readonly receiveCount: number
}

export interface QueueOptions {
  readonly name: string
  /** Handed out more often than this, a message goes to the dead-letter queue. */
  readonly maxReceives: number
  /** Most messages of one group in flight at a time that were not answered. */
  readonly maxInFlightPerGroup: number
  /** Most messages in flight that its reader takes on, all groups together; absent: any number. */
  readonly maxInFlight?: number
}

const Row = z.pipe(
  z.object({
    id: z.string(),
    group_id: z.string(),
    body: z.string(),
    sent_at: z.number(),
    receive_count: z.number(),
  }),
  z.transform(
    (row): Received => ({
      id: row.id,
      group: row.group_id,
      body: row.body,
      sentAt: row.sent_at,
      receiveCount: row.receive_count,
    }),
  ),
)

/**
 * One queue with the behaviour of SQS that we rely on: delays, messages hidden while in flight, receive counts, a
 * dead-letter queue, fair turns between groups. A message is known by its id: sent again while it waits, it is the
 * same message, with the time and body of the one that is due earlier. What was in flight when the process died is
 * handed out again. Where payloads are kept in memory they stay out of the queue: whoever sends has them from there, or
 * from the event, which is in the same file. No payload that was erased gets into it again.
 *
 * A message that could be handed out at once is stored as one that was, and handed to the poller from memory: reading
 * it back would cost as much as storing it.
 */
export class SqliteQueue<Body> implements Queue<Body> {
  readonly name: string
  readonly #store: SqliteStore
  readonly #maxReceives: number
  readonly #turns: GroupTurns
  readonly #statements
  readonly #handed: Received[] = []
  readonly #answered = new Set<string>()
  #onSent: (() => void) | undefined

  constructor(
    store: SqliteStore,
    {
      name,
      maxReceives,
      maxInFlightPerGroup: perGroup,
      maxInFlight: overall = Number.POSITIVE_INFINITY,
    }: QueueOptions,
  ) {
    this.name = name
    this.#store = store
    this.#maxReceives = maxReceives
    this.#turns = new GroupTurns({ perGroup, overall })
    const { database } = store
    this.#statements = {
      send: database.prepare(
        `insert into messages (queue, id, group_id, visible_at, receive_count, in_flight, sent_at, body) values ('${name}', ?, ?, ?, 0, 0, ?, ?)
         on conflict (queue, id) do update set visible_at = excluded.visible_at, body = excluded.body
         where in_flight = 0 and excluded.visible_at < visible_at`,
      ),
      isErased: database.prepare("select 1 from erasures where event_id = 'evt_' || substr(?, 5, 26)"),
      sendTaken: database.prepare(
        `insert into messages (queue, id, group_id, visible_at, receive_count, in_flight, sent_at, body) values ('${name}', ?, ?, ?, 1, 1, ?, ?)
         on conflict (queue, id) do nothing`,
      ),
      waiting: database.prepare(
        `select id, group_id, body, sent_at, receive_count from messages
         where queue = '${name}' and group_id = ? and in_flight = 0 and visible_at <= ? order by visible_at limit ?`,
      ),
      take: database.prepare(
        `update messages set in_flight = 1, receive_count = receive_count + 1 where queue = '${name}' and id = ?`,
      ),
      nextDue: database.prepare(
        `select min(visible_at) due from messages where queue = '${name}' and group_id = ? and in_flight = 0`,
      ),
      remove: database.prepare(`delete from messages where queue = '${name}' and id = ?`),
      release: database.prepare(
        `update messages set in_flight = 0, visible_at = ? where queue = '${name}' and id = ?`,
      ),
      bury: database.prepare(
        `update or replace messages set queue = '${name}-dead-letters', in_flight = 0 where queue = '${name}' and id = ?`,
      ),
      reset: database.prepare(`update messages set in_flight = 0 where queue = '${name}' and in_flight = 1`),
      groups: database.prepare(
        `select group_id, min(visible_at) due from messages where queue = '${name}' and in_flight = 0 group by group_id`,
      ),
      count: database.prepare('select count(*) n from messages where queue = ?'),
    }
    this.#statements.reset.run()
    for (const row of this.#statements.groups.iterate()) {
      this.#turns.expect(String(row.group_id), Number(row.due))
    }
  }

  /** Calls back whenever there may be messages to take, so that a poller need not wait for its next look; it then takes them soon. */
  onSent(callback: () => void): void {
    this.#onSent = callback
  }

  async send(messages: readonly Outgoing<Body>[]): Promise<readonly string[]> {
    if (messages.length === 0) return []
    const nowMs = this.#store.now()
    const sendings = messages.map(({ id, group = '', notBefore = nowMs, body }) => ({
      ...{ id, group, notBefore, text: JSON.stringify(this.#hasPayloads ? body : withoutPayload(body)) },
      passes: notBefore <= nowMs && this.#reserve(group, nowMs),
    }))
    const reserved = sendings.filter(({ passes }) => passes)
    try {
      const { commits } = this.#store
      const store = () => this.#storeAll(sendings, nowMs)
      // What is for later is in no hurry to be stored either: retries, and what a receiver in trouble has put off.
      const isForLater = sendings.every(({ notBefore }) => notBefore > nowMs)
      const handed = await (isForLater ? commits.writeInCompany(store) : commits.write(store))
      for (const [index, { group, notBefore, passes }] of sendings.entries()) {
        const message = handed[index]
        if (message !== undefined) this.#handed.push(message)
        else this.#turns.expect(group, notBefore)
        if (message === undefined && passes) this.#turns.finished(group, 1)
      }
    } catch (error) {
      for (const { group } of reserved) this.#turns.finished(group, 1)
      throw error
    }
    this.#onSent?.()
    return []
  }

  /** Whether a message of the group may be handed out at once: it is then counted as in flight. */
  #reserve(group: string, nowMs: number): boolean {
    if (this.#onSent === undefined || !this.#turns.mayPass(group, nowMs)) return false
    this.#turns.hold(group, 1)
    return true
  }

  get #hasPayloads(): boolean {
    return this.#store.payloads === undefined
  }

  /** Returns in order those that are handed out at once, and undefined for the others. */
  #storeAll(
    sendings: readonly { id: string; group: string; notBefore: number; text: string; passes: boolean }[],
    sentAt: number,
  ): (Received | undefined)[] {
    return sendings.map(({ id, group, notBefore, text, passes }) => {
      // Ids of messages are those of events or begin like those of deliveries: both tell the event.
      const isErased = this.#hasPayloads && this.#statements.isErased.get(id) !== undefined
      const body = isErased ? JSON.stringify(withoutPayload(JSON.parse(text))) : text
      if (passes && this.#statements.sendTaken.run(id, group, notBefore, sentAt, body).changes === 1)
        return { id, group, body, sentAt, receiveCount: 1 }
      // The latter only if one with that id waits or is in flight already.
      this.#statements.send.run(id, group, notBefore, sentAt, body)
      return undefined
    })
  }

  /** As `receive`, but only those that were sent just now, which are there without a look at the table. */
  receiveSent(limit: number): readonly (readonly Received[])[] {
    const handed = this.#handed.splice(0, limit)
    return [...Map.groupBy(handed, ({ group }) => group).values()]
  }

  /**
   * Hands out up to `limit` messages in batches of one group each, the groups in turn; none when nothing is due. They
   * are hidden until they are finished. A message that was handed out too often goes to the dead-letter queue instead.
   */
  async receive(limit: number): Promise<readonly (readonly Received[])[]> {
    const sent = this.receiveSent(limit)
    if (sent.length > 0) return sent
    const nowMs = this.#store.now()
    const turns: { name: string; wanted: number }[] = []
    const share = this.#turns.share(nowMs)
    for (let room = limit; room > 0; ) {
      const turn = this.#turns.next(nowMs, share)
      if (turn === undefined) break
      const wanted = Math.min(room, turn.room)
      // Reserved before the transaction, so that the group is not picked twice.
      this.#turns.took(turn.name, wanted, Number.POSITIVE_INFINITY)
      turns.push({ name: turn.name, wanted })
      room -= wanted
    }
    if (turns.length === 0) return []
    try {
      // Durable no earlier than what is written of the attempts, which is soon enough.
      const taken = await this.#store.commits.writeAhead(
        () => turns.map(({ name, wanted }) => this.#take(name, nowMs, wanted)),
        { inCompany: true },
      )
      for (const [index, { name, wanted }] of turns.entries()) this.#settle(name, wanted, taken[index])
      return taken.map(({ messages }) => messages).filter((messages) => messages.length > 0)
    } catch (error) {
      for (const { name, wanted } of turns) this.#settle(name, wanted, { messages: [], nextDue: nowMs })
      throw error
    }
  }

  #settle(
    name: string,
    wanted: number,
    taken: { messages: readonly Received[]; nextDue: number | null } | undefined,
  ): void {
    if (taken?.nextDue != null) this.#turns.expect(name, taken.nextDue)
    this.#turns.finished(name, wanted - (taken?.messages.length ?? 0))
  }

  #take(group: string, nowMs: number, limit: number) {
    const waiting = this.#statements.waiting.all(group, nowMs, limit).map((row) => z.parse(Row, row))
    const isSpent = ({ receiveCount }: Received) => receiveCount >= this.#maxReceives
    for (const message of waiting)
      (isSpent(message) ? this.#statements.bury : this.#statements.take).run(message.id)
    const taken = waiting.filter((message) => !isSpent(message))
    const due = this.#statements.nextDue.get(group)?.due
    return {
      messages: taken.map((message) => ({ ...message, receiveCount: message.receiveCount + 1 })),
      nextDue: typeof due === 'number' ? due : null,
    }
  }

  /**
   * Tells of a message in flight that whom it was for has answered, so that the next of its group may go. It is hidden as
   * before, until it is finished.
   */
  answered(group: string, id: string): void {
    if (this.#answered.has(id)) return
    this.#answered.add(id)
    this.#turns.answered(group)
    this.#onSent?.()
  }

  /** Ends messages of one group: the done are removed, the others are handed out again from `retryAt` on. */
  async finish(
    messages: readonly Received[],
    { isDone, retryAt }: { isDone: (message: Received) => boolean; retryAt: number },
  ): Promise<void> {
    const group = messages[0]?.group ?? ''
    // At once, so that the next need not wait for what is merely tidied up.
    const answered = messages.filter(({ id }) => this.#answered.delete(id)).length
    this.#turns.finished(group, messages.length, answered)
    try {
      await this.#store.commits.writeInCompany(() => {
        for (const message of messages) {
          if (isDone(message)) this.#statements.remove.run(message.id)
          else this.#statements.release.run(retryAt, message.id)
        }
      })
    } catch (error) {
      this.#turns.hold(group, messages.length)
      throw error
    }
    if (!messages.every(isDone)) this.#turns.expect(group, retryAt)
  }

  /** When the next message that could be handed out is due, milliseconds since 1970; Infinity when there is none. */
  nextDueAt(): number {
    return this.#turns.nextDueAt(this.#store.now())
  }

  /** How many messages wait or are in flight, and how many are dead letters. */
  async depth(): Promise<{ readonly waiting: number; readonly deadLetters: number }> {
    const count = (queue: string) => Number(this.#statements.count.get(queue)?.n ?? 0)
    return { waiting: count(this.name), deadLetters: count(`${this.name}-dead-letters`) }
  }
}

function withoutPayload(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'payload' in body
    ? { ...body, payload: undefined }
    : body
}
