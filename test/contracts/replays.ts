import { describe, expect, it } from 'vitest'
import type { AdminDeps } from '../../functions/api/admin-deps.ts'
import { aReplay, aWebhook, builtAt } from '../support/builders.ts'
import { idsOf, newestFirst, type Open, perTest, readAllBefore, retentionMs } from './harness.ts'

export interface ReplaysPorts {
  readonly replays: AdminDeps['replay']['replays']
}

/** What every store of replays does: one at a time runs for a webhook, and of several who change one, one does. */
export function replaysContract(name: string, open: Open<ReplaysPorts>): void {
  describe(`the replays of ${name}`, () => {
    const given = perTest(open)

    it('are as they were last changed', async () => {
      const { replays } = given()
      const replay = aReplay({ include: 'missed', dryRun: true, lease: { holder: 'a', until: builtAt + 5 } })
      expect(await replays.get(replay.id)).toBeUndefined()
      expect(await replays.create(replay)).toBeUndefined()
      expect(await replays.get(replay.id)).toEqual(replay)
      const changed = { ...replay, examined: 7, matched: 3, reason: 'why', lease: null, version: 2 }
      expect(await replays.replace(changed)).toBe(true)
      expect(await replays.get(replay.id)).toEqual(changed)
    })

    it('are changed by one of those who try at once', async () => {
      const { replays } = given()
      const replay = aReplay()
      await replays.create(replay)
      const changes = Array.from({ length: 10 }, (_, nth) => ({ ...replay, examined: nth, version: 2 }))
      const made = await Promise.all(changes.map((change) => replays.replace(change)))
      expect(made.filter((isMade) => isMade)).toHaveLength(1)
      expect(await replays.get(replay.id)).toEqual(changes[made.indexOf(true)])
      expect(await replays.replace({ ...replay, version: 2 })).toBe(false)
    })

    it('run one at a time for a webhook, and any number for others', async () => {
      const { replays } = given()
      const { id: webhookId } = aWebhook()
      const all = Array.from({ length: 5 }, () => aReplay({ webhookId }))
      const others = await Promise.all(all.map((replay) => replays.create(replay)))
      const first = all[others.indexOf(undefined)]
      expect(others.filter((other) => other === undefined)).toHaveLength(1)
      expect(others.filter((other) => other === first?.id)).toHaveLength(4)
      const another = aReplay()
      expect(await replays.create(another)).toBeUndefined()
      expect(idsOf(await replays.running()).sort()).toEqual([first?.id, another.id].sort())
      expect(idsOf(await replays.list({ webhookId, limit: 10 }))).toEqual([first?.id])
    })

    it.each(['finished', 'cancelled'] as const)('make room for the next when they are %s', async (status) => {
      const { replays } = given()
      const { id: webhookId } = aWebhook()
      const [first, second] = [aReplay({ webhookId }), aReplay({ webhookId })]
      await replays.create(first)
      await replays.replace({ ...first, status, version: 2 })
      expect(await replays.running()).toEqual([])
      expect(await replays.create(second)).toBeUndefined()
      // Of one that is over, something may still be counted.
      expect(await replays.replace({ ...first, status, examined: 1, version: 3 })).toBe(true)
      expect(idsOf(await replays.running())).toEqual([second.id])
    })

    it.each([1, 2, 7])("are listed newest first in pages of %d, a webhook's own only", async (limit) => {
      const { replays } = given()
      const { id: webhookId } = aWebhook()
      const all = [0, 1, 1, 5, 9].map((age) => aReplay({ webhookId, createdAt: builtAt - age }))
      for (const replay of all) {
        await replays.create(replay)
        await replays.replace({ ...replay, status: 'finished', version: 2 })
      }
      await replays.create(aReplay())
      const listed = await readAllBefore(limit, (range) => replays.list({ webhookId, ...range }))
      expect(idsOf(listed)).toEqual(newestFirst(all))
    })

    it('are hidden once they have expired', async () => {
      const { replays, clock } = given()
      const old = aReplay()
      await replays.create(old)
      await replays.replace({ ...old, status: 'finished', version: 2 })
      await clock.advance(retentionMs + 1)
      expect(await replays.get(old.id)).toBeUndefined()
      expect(await replays.list({ webhookId: old.webhookId, limit: 10 })).toEqual([])
    })
  })
}
