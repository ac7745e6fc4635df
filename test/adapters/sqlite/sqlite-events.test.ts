import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { SqliteEvents } from '../../../functions/adapters/sqlite/sqlite-events.ts'
import { Unavailable } from '../../../functions/domain/errors.ts'
import { eventLogContract } from '../../contracts/event-log.ts'
import { eventStoreContract } from '../../contracts/event-store.ts'
import { perTest, readAll, retentionMs } from '../../contracts/harness.ts'
import { idempotencyContract } from '../../contracts/idempotency.ts'
import { onSqlite } from '../../contracts/sqlite-store.ts'
import { anEvent, builtAt } from '../../support/builders.ts'

const open = onSqlite((store) => ({ events: new SqliteEvents(store) }))
eventStoreContract('SQLite', open)
idempotencyContract('SQLite', open)
eventLogContract('SQLite', open)

/** Of whoever queues the events next. */
const openAhead = onSqlite((store) => {
  const events = new SqliteEvents(store)
  return { events: Object.assign(events, { store: events.storeAhead.bind(events) }) }
})
eventStoreContract('SQLite, ahead of what is queued,', openAhead)
idempotencyContract('SQLite, ahead of what is queued,', openAhead)

describe('SqliteEvents', () => {
  const given = perTest(open)

  it('rejects as unavailable while the database takes no writes, and stores the same event afterwards', async () => {
    const { events, file } = given()
    const event = anEvent()
    const other = new DatabaseSync(file)
    other.exec('begin immediate')
    await expect(events.store([{ event }])).rejects.toThrow(Unavailable)
    other.close()
    expect(await events.get(event.id)).toBeUndefined()
    expect(await events.store([{ event }])).toEqual([{ kind: 'stored' }])
  })

  it('gives a payload to who sends it for as long as the event is there, and shows it for its retention', async () => {
    const { events, clock } = given()
    const event = anEvent()
    await events.store([{ event }])
    await clock.advance(retentionMs + 1)
    expect(await events.payload(event.id)).toBeUndefined()
    expect(await events.payloadToSend(event.id)).toEqual(Buffer.from(event.payload))
    expect(await events.payloadToSend(anEvent().id)).toBeUndefined()
  })

  it('finds the few of a type among more than a page looks at', async () => {
    const { events } = given()
    const many = Array.from({ length: 5_200 }, (_, nth) =>
      anEvent({ acceptedAt: builtAt - (nth % 7), type: 'a:b' }),
    )
    const few = [20, 10, 3].map((age) => anEvent({ acceptedAt: builtAt - age, type: 'a:c' }))
    await events.store([...many, ...few].map((event) => ({ event })))
    const range = { from: 0, to: builtAt - 4 }
    const older = await readAll((before) => events.list({ type: 'a:c', ...range, before, limit: 10 }))
    expect(older).toHaveLength(2)
    const pages: number[] = []
    const found = await readAll(async (before) => {
      const page = await events.list({ type: 'a:c', before, limit: 10 })
      pages.push(page.items.length)
      return page
    })
    expect(found.map(({ acceptedAt }) => builtAt - acceptedAt)).toEqual([3, 10, 20])
    expect(pages.length).toBeLessThanOrEqual(6)
  })
})
