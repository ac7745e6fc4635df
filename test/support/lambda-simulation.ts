import { admit, type Breaker, slowed, untroubled } from '../../functions/domain/breaker.ts'
import {
  afterExperience,
  longer,
  noStreak,
  type Streak,
  silentPace,
} from '../../functions/domain/receiver-health.ts'
import { EventCalendar } from './event-calendar.ts'
import { seededRandom } from './random.ts'

export interface Flood {
  /** How long the receiver of the flooded webhook takes; at 15 s it is cut and has hung. */
  readonly answerMs: number
  /** Batches that run at once when the flood comes. */
  readonly batches: number
  /** Whether anything is done about it. */
  readonly isGuarded: boolean
  /** How many webhooks that are well get the events of the flood too; none when left out. */
  readonly others?: number
  /** Whether the deliveries of an event travel in one message. */
  readonly isPacked?: boolean
}

interface Message {
  readonly id: string
  paced: boolean
  /** Deliveries to webhooks that are well which travel with it. */
  riders: number
}

/** One instance of the function. */
interface Process {
  streak: Streak
  swiftUntil: number
}

const slowness = { afterMs: 500, crowdAfterMs: 100, mostInFlight: 50 }
const healthyPerSecond = 500
const floodAt = 10_000
const endsAt = 60_000
const floodSize = 10_000
const deadlineMs = 15_000
/** Reading tables, signing. */
const beforeSendingMs = 10
/** Attempts of a batch that begin together; the next begin when these are answered. */
const turn = 20

/**
 * Ten thousand events for one webhook among many healthy ones on AWS, by the published rules of Lambda's event source:
 * batches of ten, quiet message groups first, 5 more batches a second while messages wait, 200 at most. The decisions
 * are the code's; what DynamoDB and SQS would do is done here.
 */
export function simulateFlood({ answerMs, batches, isGuarded, others = 0, isPacked = false }: Flood) {
  const calendar = new EventCalendar()
  const random = seededRandom(20_261_123)
  const healthy: number[] = []
  const flood: Message[] = []
  const idle: Process[] = []
  /** Messages of the flood for webhooks that are well: many, so that quiet ones go before them. */
  let busy = 0
  const latencies = { before: [] as number[], during: [] as number[], riders: [] as number[] }
  let [room, running, troubled, mostTroubled, requests] = [batches, 0, 0, 0, 0]
  let breaker: Breaker = untroubled
  let [nextPlace, nextTrial, swiftUntil] = [0, 0, 0]

  const change = (changed: Breaker | undefined) => {
    if (isGuarded && changed !== undefined) breaker = changed
  }
  const again = (message: Message, waitMs: number) =>
    calendar.plan(calendar.now + waitMs, () => {
      flood.push(message)
      dispatch()
    })

  /** Whether the message is sent; if not, it comes again later. */
  const isAdmitted = (message: Message): boolean => {
    const { now } = calendar
    const asked = { attemptId: message.id, nowMs: now, latest: Number.POSITIVE_INFINITY, chance: random() }
    const admission = admit(breaker, asked)
    if (admission.kind === 'wait') {
      message.paced = false
      again(message, admission.until - now)
      return false
    }
    if (admission.kind === 'probe') change(admission.claimed)
    if (admission.kind !== 'pace' || message.paced) return true
    const place = Math.max(nextPlace, now)
    if (place > now + 10_000) again(message, 10_000 * (1 + 5 * random()))
    else {
      nextPlace = place + 1_000 / admission.perSecond
      message.paced = true
      if (place > now) again(message, place - now)
    }
    return place === now
  }

  const isCrowdedOut = (count: number, process: Process): boolean => {
    const { now } = calendar
    const isKnown = breaker.kind !== 'closed' || Math.max(process.swiftUntil, swiftUntil) > now
    if (!isGuarded || count < 3 || isKnown) return false
    if (now < nextTrial) return true
    nextTrial = now + 500
    return false
  }

  const send = (message: Message, process: Process, isCrowd: boolean) => {
    requests++
    const afterMs = isCrowd || message.paced ? slowness.crowdAfterMs : slowness.afterMs
    const slow = { afterMs, mostInFlight: slowness.mostInFlight }
    const sentAt = calendar.now + beforeSendingMs
    const hung = answerMs >= deadlineMs
    calendar.plan(sentAt + Math.min(afterMs, answerMs), () => {
      if (answerMs > afterMs && breaker.kind === 'closed')
        change(slowed(breaker, { perSecond: silentPace(slow), nowMs: calendar.now }))
    })
    calendar.plan(sentAt + answerMs, () => {
      const { now: nowMs } = calendar
      process.streak = hung ? longer(process.streak, 'hung') : noStreak
      if (answerMs <= slowness.afterMs) swiftUntil = process.swiftUntil = nowMs + 60_000
      const health = hung ? 'hung' : 'up'
      const { streak } = process
      change(
        afterExperience(breaker, {
          attemptId: message.id,
          health,
          streak,
          sentAt,
          nowMs,
          waitedMs: answerMs,
          slow,
        }),
      )
    })
  }

  const runBatch = () => {
    const quiet = healthy.splice(0, 10)
    // Of groups that have many, SQS hands out those first that have fewest in flight.
    const well = Math.min(busy, 10 - quiet.length)
    busy -= well
    const loud = flood.splice(0, 10 - quiet.length - well)
    const riders = loud.reduce((sum, message) => sum + message.riders, 0)
    const process = idle.pop() ?? { streak: noStreak, swiftUntil: 0 }
    const { now } = calendar
    const count = quiet.length + well + riders
    let tookMs = count === 0 ? 0 : 50 + 50 * random()
    const turnsMs = tookMs * (Math.ceil((count + loud.length) / turn) - 1)
    for (const postedAt of quiet)
      latencies[postedAt < floodAt ? 'before' : 'during'].push(now + beforeSendingMs - postedAt)
    for (let nth = 0; nth < well + riders; nth++)
      latencies.riders.push(now + beforeSendingMs + turnsMs * random() - floodAt)
    for (const message of loud) message.riders = 0
    const mayGo = !isCrowdedOut(loud.length, process)
    const sent = loud.filter((message) => {
      if (mayGo) return !isGuarded || isAdmitted(message)
      again(message, 1_000 + 2_000 * random())
      return false
    })
    for (const message of sent) send(message, process, loud.length >= 3)
    if (sent.length > 0) tookMs = Math.max(tookMs, answerMs)
    running++
    troubled += Math.sign(sent.length)
    mostTroubled = Math.max(mostTroubled, troubled)
    calendar.plan(now + beforeSendingMs + turnsMs + tookMs, () => {
      running--
      troubled -= Math.sign(sent.length)
      idle.push(process)
      dispatch()
    })
  }

  const dispatch = () => {
    while (running < room && healthy.length + busy + flood.length > 0) runBatch()
  }

  for (let at = 0; at < endsAt; at += 1_000 / healthyPerSecond)
    calendar.plan(at, () => {
      healthy.push(calendar.now)
      dispatch()
    })
  for (let at = 0; at < endsAt; at += 200)
    calendar.plan(at, () => {
      if (healthy.length + busy + flood.length > 0) room = Math.min(200, room + 1)
      dispatch()
    })
  calendar.plan(floodAt, () => {
    const riders = isPacked ? others : 0
    for (let nth = 0; nth < floodSize; nth++) flood.push({ id: `dlv_${nth}`, paced: false, riders })
    busy = isPacked ? 0 : floodSize * others
    dispatch()
  })
  calendar.run(endsAt)
  const sorted = (values: number[]) => values.toSorted((a, b) => a - b)
  const { before, during, riders } = latencies
  return {
    before: sorted(before),
    during: sorted(during),
    riders: sorted(riders),
    mostTroubled,
    requests,
    breakerChanges: breaker.version,
  }
}
