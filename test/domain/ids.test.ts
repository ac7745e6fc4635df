import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deliveryId,
  deliveryTime,
  eventId,
  firstEventIdAt,
  isId,
  parseDeliveryId,
  runOf,
  shortId,
  timeOfId,
} from '../../functions/domain/ids.ts'

// Ten characters of five bits: times up to the year 37648.
const anyTime = fc.integer({ min: 0, max: 2 ** 50 - 1 })
const anyEntropy = fc.uint8Array({ minLength: 16, maxLength: 16 })
const anyEventId = fc.tuple(anyTime, anyEntropy).map(([timeMs, entropy]) => eventId(timeMs, entropy))
const anyWebhookId = fc.tuple(anyTime, anyEntropy).map(([timeMs, entropy]) => shortId('whk', timeMs, entropy))
const anyRun = fc.tuple(anyTime, anyEntropy).map(([timeMs, entropy]) => runOf(timeMs, entropy))

const zeros = new Uint8Array(16)
const ones = new Uint8Array(16).fill(0xff)

describe('ids', () => {
  it.each([
    [eventId(0, zeros), 'evt_00000000000000000000000000'],
    [eventId(2 ** 50 - 1, ones), 'evt_zzzzzzzzzzzzzzzzzzzzzzzzzz'],
    [
      eventId(
        33,
        Uint8Array.from({ length: 16 }, (_, i) => i),
      ),
      'evt_00000000110123456789abcdef',
    ],
    [shortId('whk', 31, ones), 'whk_000000000zzzzzzz'],
    [shortId('src', 32, zeros), 'src_0000000010000000'],
    [shortId('tok', Date.UTC(2026, 10, 23, 14, 20), zeros), 'tok_01m84ceam0000000'],
    [runOf(32, zeros), '0000000010000000'],
    [firstEventIdAt(32), 'evt_00000000100000000000000000'],
    [firstEventIdAt(-1), 'evt_00000000000000000000000000'],
  ])('writes %s', (id, expected) => {
    expect(id).toBe(expected)
  })

  it('has the form of its kind, and carries its time', () => {
    fc.assert(
      fc.property(anyTime, anyEntropy, (timeMs, entropy) => {
        const event = eventId(timeMs, entropy)
        expect([isId('evt', event), timeOfId(event)]).toEqual([true, timeMs])
        for (const kind of ['whk', 'src', 'tok'] as const) {
          const id = shortId(kind, timeMs, entropy)
          expect([isId(kind, id), timeOfId(id)]).toEqual([true, timeMs])
        }
      }),
    )
  })

  it('sorts by time, whatever chance adds', () => {
    fc.assert(
      fc.property(anyTime, anyTime, anyEntropy, anyEntropy, (a, b, chanceA, chanceB) => {
        fc.pre(a < b)
        expect(eventId(a, chanceA) < eventId(b, chanceB)).toBe(true)
        expect(shortId('whk', a, chanceA) < shortId('whk', b, chanceB)).toBe(true)
        expect(runOf(a, chanceA) < runOf(b, chanceB)).toBe(true)
      }),
    )
  })

  it('bounds the events of a time from below', () => {
    fc.assert(
      fc.property(anyTime, anyEntropy, (timeMs, entropy) => {
        fc.pre(timeMs > 0)
        expect(firstEventIdAt(timeMs) <= eventId(timeMs, entropy)).toBe(true)
        expect(eventId(timeMs - 1, entropy) < firstEventIdAt(timeMs)).toBe(true)
      }),
    )
  })
})

describe('isId', () => {
  it.each([
    ['evt', 'evt_0000000000000000000000000'],
    ['evt', 'evt_000000000000000000000000000'],
    ['evt', 'whk_00000000000000000000000000'],
    ['evt', 'EVT_00000000000000000000000000'],
    ['evt', 'evt-00000000000000000000000000'],
    ['evt', 'evt_0000000000000000000000000A'],
    ['evt', 'evt_0000000000000000000000000i'],
    ['evt', 'evt_0000000000000000000000000l'],
    ['evt', 'evt_0000000000000000000000000o'],
    ['evt', 'evt_0000000000000000000000000u'],
    ['evt', 'evt_0000000000000000000000000\n'],
    ['whk', 'whk_'],
    ['whk', ''],
    ['whk', 'src_0000000000000000'],
    ['tok', 'tok_000000000000000/'],
  ] as const)('does not take for an id of kind %s: %j', (kind, text) => {
    expect(isId(kind, text)).toBe(false)
  })
})

describe('deliveryId', () => {
  it('is read back with its event, its webhook and its run', () => {
    fc.assert(
      fc.property(anyEventId, anyWebhookId, fc.option(anyRun, { nil: undefined }), (event, webhook, run) => {
        const key = { eventId: event, webhookId: webhook, run }
        expect(parseDeliveryId(deliveryId(key))).toEqual(key)
      }),
    )
  })

  it('is the same for the same event and webhook, and another for a run', () => {
    const key = { eventId: eventId(1, ones), webhookId: shortId('whk', 2, zeros) }
    expect(deliveryId({ ...key })).toBe('dlv_0000000001zzzzzzzzzzzzzzzz0000000002000000')
    expect(deliveryId({ ...key, run: runOf(3, ones) })).toBe(`${deliveryId(key)}0000000003zzzzzz`)
  })

  it('tells when the delivery came to be: with its run, else with its event', () => {
    fc.assert(
      fc.property(anyTime, anyTime, anyTime, anyEntropy, (accepted, created, ran, entropy) => {
        const key = { eventId: eventId(accepted, entropy), webhookId: shortId('whk', created, entropy) }
        expect(deliveryTime(key)).toBe(accepted)
        expect(deliveryTime({ ...key, run: runOf(ran, entropy) })).toBe(ran)
      }),
    )
  })

  it.each([
    '',
    'dlv_',
    `dlv_${'0'.repeat(41)}`,
    `dlv_${'0'.repeat(43)}`,
    `dlv_${'0'.repeat(57)}`,
    `dlv_${'0'.repeat(59)}`,
    `evt_${'0'.repeat(42)}`,
    `dlv_${'0'.repeat(41)}u`,
    `dlv_${'0'.repeat(41)}A`,
    ` dlv_${'0'.repeat(42)}`,
    `dlv_${'0'.repeat(42)}\n`,
  ])('is not found in %j', (text) => {
    expect(parseDeliveryId(text)).toBeUndefined()
  })

  it('is found only in what it would write itself', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^dlv_([0-9a-hjkmnp-tv-z]{42}|[0-9a-z]{42}|[0-9a-z]{40,60})$/),
        (text) => {
          const key = parseDeliveryId(text)
          expect(key === undefined || deliveryId(key) === text).toBe(true)
        },
      ),
    )
  })
})
