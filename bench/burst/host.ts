// Emulators of AWS, a receiver, and events on the fan-out queue; in a process of its own, so that what the emulators do is
// not counted as what the functions do.
import { setTimeout as pause } from 'node:timers/promises'
import { openAwsService } from '../../test/support/aws-service.ts'
import { startTestReceiver } from '../../test/support/receiver.ts'
import { payload } from '../load.ts'
import { type Emulators, Preparation } from './messages.ts'

const perRequest = 10

async function prepare({ groups, fanOut, events, answerMs }: Preparation): Promise<Emulators> {
  const service = await openAwsService()
  const receiver = await startTestReceiver((_request, response) => {
    void pause(answerMs).then(() => response.end('ok'))
  })
  for (let nth = 0; nth < groups * fanOut; nth++)
    await service.api.createWebhook({
      url: `${receiver.url}/${nth}`,
      event_types: [`burst:${Math.floor(nth / fanOut)}`],
    })
  const text: unknown = JSON.parse(payload())
  for (let at = 0; at < events; at += perRequest) {
    const request = Array.from({ length: perRequest }, (_, nth) => ({
      type: `burst:${(at + nth) % groups}`,
      payload: text,
    }))
    const { status } = await service.api.call('POST', '/events', request)
    if (status !== 202) throw new Error(`The API answered ${status}.`)
  }
  const { tables, queues, keys, environment } = service
  return {
    tables: await endpointOf(tables.client.config),
    queues: await endpointOf(queues.config),
    keys: await endpointOf(keys.config),
    environment,
  }
}

async function endpointOf(config: {
  endpoint?: (() => Promise<{ protocol: string; hostname: string; port?: number }>) | undefined
}): Promise<string> {
  const endpoint = await config.endpoint?.()
  if (endpoint === undefined) throw new Error('A client has no endpoint.')
  return `${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`
}

process.on('disconnect', () => process.exit())
process.on('message', async (message: unknown) => {
  process.send?.(await prepare(Preparation.parse(message)))
})
