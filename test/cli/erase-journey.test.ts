import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken, startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { type CommandLine, commandLineFor } from './support/command-line.ts'

let server: TestServer
let receiver: TestReceiver
let cli: CommandLine

beforeAll(async () => {
  server = await startTestServer()
  receiver = await startTestReceiver((_request, response) => {
    response.statusCode = 500
    response.end('alice@example.com is unknown')
  })
  cli = commandLineFor(server.url, adminToken)
})
afterAll(async () => {
  cli.remove()
  await receiver.close()
  await server.remove()
})

it('erases a payload and the answers to it from the running server, and ends what is under way', async () => {
  const webhook = await server.api.createWebhook({ url: receiver.url })
  const event = await server.api.publish('user:create', { email: 'alice@example.com' })
  const delivery = await until(async () =>
    (await server.api.deliveries(webhook)).find(({ status }) => status === 'retrying'),
  )
  expect((await cli.run(['deliveries', 'show', delivery.id])).out).toContain('alice@example.com')
  const ran = await cli.run(['events', 'erase', event], { answers: [true] })
  expect(ran).toMatchObject({ code: 0 })
  expect(cli.questions.at(-1)).toContain('1 delivery of it still under way will not be made.')
  const [shownEvent, shownDelivery] = [
    await cli.run(['events', 'show', event]),
    await cli.run(['deliveries', 'show', delivery.id]),
  ]
  expect(shownEvent.out).toMatch(/erased +2/)
  expect(shownDelivery.out).toMatch(/status +cancelled/)
  expect(shownEvent.out + shownDelivery.out).not.toContain('alice@example.com')
})
