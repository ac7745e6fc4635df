import { describe, expect, it } from 'vitest'
import { isEventType, ownTypePrefix } from '../../functions/domain/event.ts'
import { eventTypes } from '../../functions/domain/event-types.ts'

describe('isEventType', () => {
  it.each(eventTypes.map(({ key }) => key))('accepts %s, which Sourcegraph sends', (key) => {
    expect(isEventType(key)).toBe(true)
  })

  it.each(['a', 'a:b:c', 'Repo.synced', 'code-monitor:v2', '_', `${ownTypePrefix}disabled`, 'a'.repeat(100)])(
    'accepts %s',
    (text) => {
      expect(isEventType(text)).toBe(true)
    },
  )

  it.each([
    ...[
      '',
      ':',
      'a:',
      ':a',
      'a::b',
      '*',
      'a:*',
      'a b',
      'a\n',
      ' a',
      'a/b',
      'é',
      'a,b',
      'a\0',
      'a\r\nHost: b',
    ],
    'a'.repeat(101),
  ])('refuses %j', (text) => {
    expect(isEventType(text)).toBe(false)
  })

  it('accepts of all characters the letters, the digits and three marks', () => {
    const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    const expected = [...`-.0123456789${letters}_${letters.toLowerCase()}`]
    expect(characters.filter((character) => isEventType(`a${character}b`))).toEqual([...expected, ':'].sort())
    expect(characters.filter(isEventType)).toEqual(expected)
  })
})
