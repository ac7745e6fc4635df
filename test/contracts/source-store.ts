import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import { parseSealed } from '../../functions/domain/sealed.ts'
import type { EventStore } from '../../functions/use-cases/accept-events.ts'
import type { IdentifySource } from '../../functions/use-cases/identify-source.ts'
import { anEvent, aSource, builtAt } from '../support/builders.ts'
import { idsOf, newestFirst, type Open, perTest, readAllBefore } from './harness.ts'

export interface SourceStorePorts {
  readonly sources: IdentifySource['sources'] & AdminDeps['sources']
  /** Over the same store. */
  readonly events: EventStore
}

const minute = 60_000

/** What every store of sources does. */
export function sourceStoreContract(name: string, open: Open<SourceStorePorts>): void {
  describe(`the source store of ${name}`, () => {
    const given = perTest(open)
    const post = ({ id }: { readonly id: string }, acceptedAt: number) =>
      given().events.store([{ event: anEvent({ origin: { kind: 'source', id }, acceptedAt }) }])

    it('gives back a source as it was created', async () => {
      const { sources } = given()
      const source = aSource({ name: 'naïve "name"', secret: parseSealed('sealed') })
      await sources.create(source)
      expect(await sources.all()).toEqual([source])
      expect(await sources.list({ limit: 10 })).toEqual([source])
    })

    it('forgets a source that was removed, and no other', async () => {
      const { sources } = given()
      const [kept, removed] = [aSource(), aSource()]
      for (const source of [kept, removed]) await sources.create(source)
      expect(await sources.remove(removed.id)).toBe(true)
      expect(await sources.remove(removed.id)).toBe(false)
      expect(await sources.all()).toEqual([kept])
    })

    it.each([1, 3, 5, 100])('lists every source once, newest first, in pages of %d', async (limit) => {
      const { sources } = given()
      const created = [60_000, 0, 1, 0, 0].map((age) => aSource({ createdAt: builtAt - age }))
      for (const source of created) await sources.create(source)
      expect(idsOf(await readAllBefore(limit, (range) => sources.list(range)))).toEqual(newestFirst(created))
      expect(idsOf(await sources.all())).toEqual(newestFirst(created))
    })

    it('tells the minute of the last event of a source, and of no other', async () => {
      const { sources } = given()
      const [source, other] = [aSource(), aSource()]
      for (const created of [source, other]) await sources.create(created)
      const lastEvents = async () =>
        new Map((await sources.all()).map(({ id, lastEventAt }) => [id, lastEventAt]))
      await post(source, builtAt + minute + 59_999)
      await post(source, builtAt + 5)
      expect((await lastEvents()).get(source.id)).toBe(builtAt + minute)
      expect((await lastEvents()).get(other.id)).toBeNull()
      await post(source, builtAt + 2 * minute)
      expect((await lastEvents()).get(source.id)).toBe(builtAt + 2 * minute)
    })

    it('does not bring back a source whose last event comes after its removal', async () => {
      const { sources } = given()
      const source = aSource()
      await sources.create(source)
      await sources.remove(source.id)
      await post(source, builtAt)
      expect(await sources.all()).toEqual([])
    })
  })
}
