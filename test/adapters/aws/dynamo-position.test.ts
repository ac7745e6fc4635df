import { afterAll, beforeAll, expect, it } from 'vitest'
import { DynamoPosition } from '../../../functions/adapters/aws/dynamo-position.ts'
import { openTables, type Tables } from '../../contracts/dynalite-table.ts'

let tables: Tables & { close(): Promise<void> }
beforeAll(async () => {
  tables = await openTables()
})
afterAll(() => tables.close())

it('remembers how far a pass over the events has come, each pass for itself', async () => {
  const audit = new DynamoPosition(tables.config, 'audit')
  await expect(audit.read()).resolves.toBeUndefined()
  await audit.moveTo('evt_1')
  await audit.moveTo('evt_2')
  await expect(new DynamoPosition(tables.config, 'audit').read()).resolves.toBe('evt_2')
  await expect(new DynamoPosition(tables.config, 'other').read()).resolves.toBeUndefined()
})
