import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeRows } from '../../console/src/api/log-rows.ts'
import type { Delivery } from '../../console/src/api/resources.ts'
import { asCurl } from '../../console/src/words/curl.ts'
import { prettyJson } from '../../console/src/words/json-text.ts'

it('writes JSON as JSON.stringify does, for whatever it holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      expect(prettyJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2))
    }),
  )
})

it('leaves numbers and members as they came', () => {
  expect(prettyJson('{"id":12345678901234567890,"a":1.0,"a":2}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "a": 1.0,\n  "a": 2\n}',
  )
  expect(prettyJson('<html>')).toBeUndefined()
})

it('quotes for the shell whatever a header or a body holds', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme-ascii' }).filter((text) => !text.includes('\0')),
      (body) => {
        const command = asCurl(
          { method: 'POST', url: 'https://a.example/?b=c&d', headers: { 'X-A': "it's" } },
          body,
        )
        const said = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`])
          .toString()
          .split('\0')
        expect(said).toEqual([
          '-X',
          'POST',
          'https://a.example/?b=c&d',
          '-H',
          "X-A: it's",
          '--data-binary',
          body,
          '',
        ])
      },
    ),
    { numRuns: 20 },
  )
})

function aDelivery(number: number, changes: Partial<Delivery> = {}): Delivery {
  const at = new Date(1_000_000 + number * 1_000).toISOString()
  return {
    id: `dlv_${number}`,
    event_id: 'evt_1',
    webhook_id: 'whk_1',
    event_type: 'a:b',
    trigger: 'event',
    replay_id: null,
    status: 'delivered',
    attempt_count: 1,
    errored: false,
    last_status: 200,
    last_duration_ms: 12,
    last_error: null,
    created_at: at,
    updated_at: at,
    next_attempt_at: null,
    erased_at: null,
    ...changes,
  }
}

it('puts what is newer on top and brings the rest up to date', () => {
  const rows = [aDelivery(2, { status: 'retrying' }), aDelivery(1)]
  const { rows: merged, added, hasGap } = mergeRows(rows, [aDelivery(4), aDelivery(3), aDelivery(2)])
  expect(merged.map(({ id, status }) => [id, status])).toEqual([
    ['dlv_4', 'delivered'],
    ['dlv_3', 'delivered'],
    ['dlv_2', 'delivered'],
    ['dlv_1', 'delivered'],
  ])
  expect({ added, hasGap }).toEqual({ added: 2, hasGap: false })
})

it('gives back the same rows when nothing changed', () => {
  const rows = [aDelivery(2), aDelivery(1)]
  expect(mergeRows(rows, [aDelivery(2), aDelivery(1)]).rows).toBe(rows)
})

it('tells when there may be rows between', () => {
  expect(mergeRows([aDelivery(1)], [aDelivery(9), aDelivery(8)]).hasGap).toBe(true)
  expect(mergeRows([], [aDelivery(9)]).hasGap).toBe(false)
})

it('merges a page from anywhere in the log as one would who looked at every row', () => {
  const lengths = fc.record({ known: fc.nat(40), from: fc.nat(50), size: fc.nat(20), changed: fc.nat(60) })
  fc.assert(
    fc.property(lengths, ({ known, from, size, changed }) => {
      // Several are of one time, as those of one batch of events are.
      const all = Array.from({ length: 60 }, (_, number) =>
        aDelivery(Math.floor(number / 3), { id: `dlv_${number}` }),
      )
      const rows = all.slice(0, known).reverse()
      const page = all.slice(from, from + size).reverse()
      const asked = page.map((row) =>
        row.id === `dlv_${changed}` ? { ...row, status: 'cancelled' as const } : row,
      )
      const merged = mergeRows(rows, asked)
      const isNew = (row: Delivery) => rows.every(({ id }) => id !== row.id)
      const onTop = asked.filter((row) => isNew(row) && row.created_at >= (rows[0]?.created_at ?? ''))
      const updated = rows.map((row) => asked.find(({ id }) => id === row.id) ?? row)
      expect(merged.rows).toEqual([...onTop, ...updated])
      expect(merged.added).toBe(onTop.length)
      expect(merged.hasGap).toBe(known > 0 && asked.length > 0 && asked.every(isNew))
    }),
  )
})
