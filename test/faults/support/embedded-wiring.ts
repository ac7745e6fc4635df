import { newSourceId, newTokenId, newTokenSecret } from '../../../functions/adapters/random.ts'
import { SqliteLevels } from '../../../functions/adapters/sqlite/sqlite-levels.ts'
import { adminHandler } from '../../../functions/api/admin.ts'
import { authorizeHandler } from '../../../functions/api/authorize.ts'
import { ingestHandler } from '../../../functions/api/ingest.ts'
import type { Queue } from '../../../functions/domain/messages.ts'
import type { UrlPolicy } from '../../../functions/domain/webhook-url.ts'
import type { Log } from '../../../functions/middleware/log.ts'
import type { Sender } from '../../../functions/use-cases/attempt-delivery.ts'
import { queueNames } from '../../../functions/use-cases/queue-levels.ts'
import { deliverHandler } from '../../../functions/workers/deliver.ts'
import { fanOutHandler } from '../../../functions/workers/fan-out.ts'
import { sweepHandler } from '../../../functions/workers/sweep.ts'
import { unqueuedFanOut } from '../../../local/unqueued-fan-out.ts'
import type { TestEngine } from '../../support/engine.ts'
import type { FaultInjector } from './fault-injector.ts'

/** The entries over SQLite as local/engine.ts wires them, each port behind the faults. */
export function wireEmbedded(
  engine: TestEngine & { readonly sender: Sender; readonly log: Log; readonly queuesFanOut: boolean },
  urlPolicy: UrlPolicy,
  faults: FaultInjector,
) {
  const { log, tokens } = engine
  const now = () => engine.now() + faults.skew
  const ports = {
    ...engine,
    now,
    events: faults.port('events', engine.events),
    erasure: faults.port('erasure', engine.erasure),
    deliveries: faults.port('deliveries', engine.deliveries),
    webhooks: faults.port('webhooks', engine.webhooks),
    subscriptions: faults.port('subscriptions', engine.webhooks),
    fanOutQueue: faults.port('fanOutQueue', takingInPart(engine.fanOutQueue, faults)),
    deliveryQueue: faults.port('deliveryQueue', takingInPart(engine.deliveryQueue, faults)),
    position: faults.port('position', engine.position),
    replays: faults.port('replays', engine.replays),
    watchPosition: faults.port('watchPosition', engine.watchPosition),
    attemptHours: faults.port('attemptHours', engine.attemptHours),
    notices: faults.port('notices', engine.notices),
    page: faults.port('topic', { publish: engine.page }).publish,
    sources: faults.port('sources', engine.sources),
    cipher: faults.port('cipher', engine.cipher),
    limiter: faults.port('limiter', engine.limiter),
    sender: faults.port('sender', engine.sender),
  }
  const levels = new SqliteLevels(engine.store)
  const ingest = ingestHandler(
    {
      ...ports,
      events: faults.port('events', { store: (news) => engine.events.storeAhead(news) }),
      fanOutQueue: engine.queuesFanOut ? ports.fanOutQueue : unqueuedFanOut(ports, ports.fanOutQueue),
    },
    log,
  )
  const admin = adminHandler(
    {
      ...{
        ...ports,
        log: engine.deliveryLog,
        queues: { levels: async () => queueNames.map((name) => levels.queue(name)) },
        urlPolicy,
        retentionMs: engine.store.retentionMs,
        newSourceId,
        newTokenId,
        newTokenSecret,
      },
      manageWebhooks: ports,
      redeliver: ports,
      eraseEvent: ports,
      sendTest: { ...ports, pause: async () => {} },
      replay: ports,
    },
    log,
  )
  return {
    ingest: (...[request, context]: Parameters<typeof ingest>) =>
      faults.invoke('ingest', () => ingest(request, context)),
    admin: (...[request, context]: Parameters<typeof admin>) =>
      faults.invoke('admin', () => admin(request, context)),
    authorize: authorizeHandler({ tokens, now }),
    fanOut: fanOutHandler(ports, log),
    deliver: deliverHandler(
      {
        ...ports,
        events: faults.port('events', { payload: (id: string) => engine.events.payloadToSend(id) }),
      },
      log,
    ),
    sweep: sweepHandler(ports, log, ports),
  }
}

/** A queue that may take a part of what is sent to it. */
function takingInPart<Body>(queue: Queue<Body>, faults: FaultInjector): Queue<Body> {
  return {
    send: async (messages) => {
      const refused = new Set(messages.filter(() => faults.refuses()).map(({ id }) => id))
      await queue.send(messages.filter(({ id }) => !refused.has(id)))
      return [...refused]
    },
  }
}
