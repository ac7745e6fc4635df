import type { Server } from 'node:http'
import { newTokenSecret } from '../functions/adapters/random.ts'
import { consoleFolder, readConsole } from '../functions/console/files.ts'
import { consoleHandler } from '../functions/console/handler.ts'
import type { Observe } from '../functions/domain/observation.ts'
import { type Log, logObservation } from '../functions/middleware/log.ts'
import { ensureAdminToken } from './admin-token.ts'
import { openDataFolder, reasonOf, UnusableFolder } from './data-folder.ts'
import { drainable } from './drain.ts'
import { type Engine, maxDeliveriesInFlight, openEngine } from './engine.ts'
import { Every } from './every.ts'
import { createGateway } from './http-gateway.ts'
import { lambdaContext } from './lambda-context.ts'
import { metricsHandler } from './metrics-handler.ts'
import { PrometheusMetrics } from './prometheus.ts'
import { QueuePoller } from './queue-poller.ts'
import type { Settings } from './settings.ts'
import { urlOf } from './url-of.ts'

const sweepPeriodMs = 60_000
const expiryPeriodMs = 5_000
const replayPeriodMs = 1_000

/** A running server. */
export interface RunningServer {
  readonly url: string
  /** The admin token if this start made it. */
  readonly newToken: string | undefined
  /** Whether the web console was built, and so is there. */
  readonly hasConsole: boolean
  /** Takes nothing new, and resolves when what is in flight is over and written. */
  stop(): Promise<void>
}

/**
 * Starts the whole product in this process: API, console, queues, workers, sweep and expiry.
 * @param builtConsole the folder with the console's files.
 * @throws UnusableFolder, FolderInUse, NewerData, or the error of `listen` (EADDRINUSE, EACCES).
 */
export async function startServer(
  settings: Settings,
  log: Log,
  builtConsole = consoleFolder,
): Promise<RunningServer> {
  const consoleFiles = readConsole(builtConsole)
  const folder = openDataFolder(settings.dataDir)
  const metrics = new PrometheusMetrics()
  const observe: Observe = (seen) => {
    metrics.observe(seen)
    if (settings.logEvents) logObservation(log, seen)
  }
  const engine = await openEngine(folder, settings, { log, observe }).catch((error: unknown) => {
    folder.unlock()
    const reason = reasonOf(error)
    throw reason === undefined
      ? error
      : new UnusableFolder(`The data in ${settings.dataDir} do not open: ${reason}.`)
  })
  metrics.watch(engine.levels, [engine.fanOutQueue.name, engine.deliveryQueue.name])
  const handlers = {
    ...engine,
    metrics: metricsHandler(metrics),
    console: consoleHandler(consoleFiles),
  }
  const gateway = createGateway(handlers, log, metrics.answered)
  const drain = drainable(gateway)
  const newToken = await listen(gateway, engine, settings).catch(async (error: unknown) => {
    await drain()
    await engine.close()
    throw error
  })
  const pollers = [
    new QueuePoller(engine.fanOutQueue, engine.fanOut, {
      batchSize: 10,
      maxInFlight: 200,
      log,
      now: Date.now,
    }),
    new QueuePoller(engine.deliveryQueue, engine.deliver, {
      // A batch is over when its slowest request is: one that hangs would hold the places of nine others.
      batchSize: 1,
      maxInFlight: maxDeliveriesInFlight,
      log,
      now: Date.now,
    }),
  ]
  const periodic = [
    new Every(sweepPeriodMs, () => engine.sweep({}, lambdaContext('sweep')), log),
    new Every(replayPeriodMs, engine.advanceReplays, log),
    new Every(
      expiryPeriodMs,
      async () => {
        engine.dropOpenedSecrets()
        while ((await engine.expiry.deleteBatch()) > 0);
      },
      log,
    ),
  ]
  for (const poller of pollers) poller.start()
  for (const task of periodic) task.start()
  return {
    url: urlOf(gateway.address(), settings.host),
    newToken,
    hasConsole: consoleFiles !== undefined,
    stop: async () => {
      await Promise.all([
        drain(),
        ...pollers.map((poller) => poller.stop()),
        ...periodic.map((task) => task.stop()),
      ])
      await engine.close()
    },
  }
}

/** Listens, and only then makes the admin token: a start that fails must not make one that nobody sees. */
async function listen(gateway: Server, engine: Engine, settings: Settings): Promise<string | undefined> {
  await new Promise<void>((resolve, reject) => {
    gateway.once('error', reject).listen(settings.port, settings.host, resolve)
  })
  return ensureAdminToken(engine.tokens, { given: settings.adminToken, newTokenSecret, nowMs: Date.now() })
}
