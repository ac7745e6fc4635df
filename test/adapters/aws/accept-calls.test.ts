import { afterEach, beforeEach, expect, it } from 'vitest'
import * as z from 'zod'
import { type AwsService, openAwsService } from '../../support/aws-service.ts'
import { answered } from '../../support/builders.ts'

const Input = z.object({
  Key: z.object({ pk: z.string() }).optional(),
  Item: z.object({ pk: z.string() }).optional(),
})

let service: AwsService

beforeEach(async () => {
  service = await openAwsService({ sender: { send: async () => answered(200) } })
})

afterEach(() => service.close())

// What whoever posts waits for: a round trip each, one after the other.
it('makes four calls before it answers, of a process that knows the webhooks', async () => {
  const { api, tables, queues } = service
  const publish = api.as(await api.createToken(['publish']))
  for (let nth = 0; nth < 3; nth++)
    await api.createWebhook({ url: `http://127.0.0.1/${nth}`, event_types: ['*'] })
  const post = () => publish.call('POST', '/events', { type: 'a:b', payload: {} })
  await post()
  const calls: string[] = []
  tables.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const { Key, Item } = Input.parse(args.input)
        calls.push(`${commandName.replace('Command', '')} ${(Key ?? Item)?.pk.replace(/#.*/, '')}`)
        return next(args)
      },
    { step: 'initialize' },
  )
  queues.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls.push(commandName.replace('Command', ''))
        return next(args)
      },
    { step: 'initialize' },
  )
  expect((await post()).status).toBe(202)
  expect(calls).toEqual(['GetItem hash', 'GetItem webhook-changes', 'PutItem events', 'SendMessageBatch'])
})
