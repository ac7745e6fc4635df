import { describe, expect, it } from 'vitest'
import { GroupTurns } from '../../../functions/adapters/sqlite/group-turns.ts'

const never = Number.POSITIVE_INFINITY

function turnsOf(...groups: readonly (readonly [string, number])[]): GroupTurns {
  const turns = new GroupTurns({ perGroup: 2, overall: 1_000_000 })
  for (const [name, dueAt] of groups) turns.expect(name, dueAt)
  return turns
}

describe('GroupTurns', () => {
  it('gives each group a smaller share, the more of them are busy', () => {
    const turns = new GroupTurns({ perGroup: 64, overall: 1_000 })
    const names = Array.from({ length: 100 }, (_, nth) => `whk_${nth}`)
    const shares = names.map((name) => {
      turns.expect(name, 0)
      return turns.share(0)
    })
    expect([shares[0], shares[3], shares[9], shares[99]]).toEqual([64, 62, 25, 2])
    expect(turns.share(-1)).toBe(64)
  })

  it('leaves room for one more though eighty groups, one after another, hang with all that they get', () => {
    const turns = new GroupTurns({ perGroup: 64, overall: 1_000 })
    let inFlight = 0
    for (let nth = 0; nth < 80; nth++) {
      turns.expect(`hangs ${nth}`, 0)
      for (let turn = turns.next(0); turn !== undefined; turn = turns.next(0)) {
        turns.took(turn.name, turn.room, 0)
        inFlight += turn.room
      }
    }
    expect(inFlight).toBeLessThan(1_000)
  })

  it('has no turn while nothing is due', () => {
    expect(turnsOf().next(1_000)).toBeUndefined()
    expect(turnsOf(['a', 1_001]).next(1_000)).toBeUndefined()
    expect(turnsOf(['a', 1_000]).next(1_000)).toEqual({ name: 'a', room: 2 })
  })

  it('serves groups in turn, however many messages the first has', () => {
    const turns = turnsOf(['a', 0], ['b', 0], ['c', 0])
    const served = Array.from({ length: 6 }, () => {
      const name = turns.next(0)?.name ?? ''
      turns.took(name, 1, 0)
      return name
    })
    expect(served.join('')).toBe('abcabc')
    expect(turns.next(0)).toBeUndefined()
  })

  it('passes over a group whose messages are all under way, until one is finished', () => {
    const turns = turnsOf(['a', 0], ['b', 0])
    turns.took('a', 2, 0)
    turns.took('b', 1, 0)
    expect([turns.next(0), turns.next(0)]).toEqual([
      { name: 'b', room: 1 },
      { name: 'b', room: 1 },
    ])
    turns.finished('a', 1)
    expect(turns.next(0)).toEqual({ name: 'a', room: 1 })
  })

  it('takes the earlier time when a group is expected twice', () => {
    const turns = turnsOf(['a', 500], ['a', 900], ['b', 700], ['b', 300])
    expect(turns.nextDueAt()).toBe(300)
    turns.took('b', 1, never)
    expect(turns.nextDueAt()).toBe(500)
  })

  it('does not wait for a group that has no room', () => {
    const turns = turnsOf(['a', 0], ['b', 900])
    turns.took('a', 2, 0)
    expect(turns.nextDueAt()).toBe(900)
    turns.finished('a', 2)
    expect(turns.nextDueAt()).toBe(0)
  })

  it('keeps count of what is under way while nothing else of the group waits', () => {
    const turns = turnsOf(['a', 0])
    turns.took('a', 2, never)
    turns.expect('a', 0)
    expect(turns.next(0)).toBeUndefined()
    turns.finished('a', 1)
    expect(turns.next(0)).toEqual({ name: 'a', room: 1 })
  })

  it('gives the place of an answered message to the next, but a quarter of it, until it is finished', () => {
    const turns = turnsOf(['a', 0])
    const rooms: number[] = []
    for (let turn = turns.next(0); turn !== undefined; turn = turns.next(0)) {
      rooms.push(turn.room)
      turns.took('a', 1, 0)
      turns.answered('a')
    }
    // Eight quarters are two places.
    expect(rooms).toEqual([2, 2, 2, 2, 1, 1, 1, 1])
    expect(turns.nextDueAt()).toBe(never)
    turns.finished('a', 3, 3)
    expect(turns.next(0)).toEqual({ name: 'a', room: 1 })
    turns.finished('a', 1, 1)
    expect(turns.next(0)).toEqual({ name: 'a', room: 1 })
    turns.finished('a', 4, 4)
    expect(turns.next(0)).toEqual({ name: 'a', room: 2 })
  })

  it('counts an answered message in full among all that are in flight', () => {
    const turns = new GroupTurns({ perGroup: 2, overall: 3 })
    for (const name of ['a', 'b', 'c']) {
      turns.hold(name, 1)
      turns.answered(name)
    }
    expect(turns.mayPass('d', 0)).toBe(false)
    turns.finished('a', 1, 1)
    expect(turns.mayPass('d', 0)).toBe(true)
  })

  it('has nothing to wait for once all is finished', () => {
    const turns = turnsOf(['a', 0])
    turns.took('a', 1, never)
    expect(turns.nextDueAt()).toBe(never)
    turns.finished('a', 1)
    expect([turns.nextDueAt(), turns.next(1e15)]).toEqual([never, undefined])
  })

  it('ignores groups that it does not know', () => {
    const turns = turnsOf()
    turns.took('a', 1, 0)
    turns.finished('b', 1)
    expect(turns.nextDueAt()).toBe(never)
  })
})
