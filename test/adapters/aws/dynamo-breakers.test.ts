import { describe, expect, it } from 'vitest'
import { DynamoBreakers } from '../../../functions/adapters/aws/dynamo-breakers.ts'
import { DynamoWebhooks } from '../../../functions/adapters/aws/dynamo-webhooks.ts'
import { ChangeCounts } from '../../../functions/adapters/aws/kept-reads.ts'
import { opened, untroubled } from '../../../functions/domain/breaker.ts'
import { breakersContract } from '../../contracts/breakers.ts'
import { billOf, onDynalite } from '../../contracts/dynalite-table.ts'
import { perTest } from '../../contracts/harness.ts'
import { aWebhook, builtAt } from '../../support/builders.ts'

const open = onDynalite(({ config }, { now }) => {
  const counts = new ChangeCounts(config)
  return {
    breakers: new DynamoBreakers(config, now, counts),
    webhooks: new DynamoWebhooks(config, now, counts),
    /** Of another process. */
    elsewhere: new DynamoBreakers(config, now),
  }
})
breakersContract('DynamoDB', open)

describe('DynamoBreakers', () => {
  const given = perTest(open)

  it('shares the one read that a batch pays for its webhooks', async () => {
    const { tables, breakers, webhooks } = given()
    const webhook = aWebhook()
    await webhooks.create(webhook)
    const batch = () =>
      Promise.all(
        Array.from({ length: 10 }, () => Promise.all([webhooks.get(webhook.id), breakers.get(webhook.id)])),
      )
    await batch()
    const bill = await billOf(tables, batch)
    expect(bill).toEqual({ readUnits: 1, writeUnits: 0, calls: { GetItemCommand: 1 } })
  })

  it('sees at once what another process has changed, and pays a write for it and one to tell of it', async () => {
    const { tables, breakers, elsewhere } = given()
    expect(await breakers.get('whk_1')).toEqual(untroubled)
    const bill = await billOf(tables, () => elsewhere.replace('whk_1', opened(untroubled, builtAt)))
    expect(bill).toMatchObject({ readUnits: 0, writeUnits: 2 })
    expect(await breakers.get('whk_1')).toMatchObject({ kind: 'open' })
  })

  it('has no webhook read anew for a change of a breaker', async () => {
    const { tables, breakers, webhooks } = given()
    const webhook = aWebhook()
    await webhooks.create(webhook)
    await webhooks.get(webhook.id)
    await breakers.replace('whk_1', opened(untroubled, builtAt))
    expect(await billOf(tables, () => webhooks.get(webhook.id))).toMatchObject({ readUnits: 1 })
  })
})
