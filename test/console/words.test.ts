import { expect, it } from 'vitest'
import { counted, durationOf, fromNow, lengthOfTime, scheduleInWords } from '../../console/src/words/times.ts'
import { urlProblem } from '../../console/src/words/url-problem.ts'

it.each([
  [0, '0 s'],
  [250, '250 ms'],
  [999.6, '999 ms'],
  [5_000, '5 s'],
  [90_000, '1 min 30 s'],
  [7_200_000, '2 h'],
  [86_400_000 * 3 + 3_600_000 * 4 + 60_000, '3 days 4 h'],
  [86_400_000, '1 day'],
])('says %d ms as %s', (lengthMs, text) => {
  expect(lengthOfTime(lengthMs)).toBe(text)
})

it.each([
  [0, 'now'],
  [-12_000, '12 s ago'],
  [90_000, 'in 1 min'],
  [-86_400_000 * 2, '2 days ago'],
])('says a time %d ms away as %s', (distanceMs, text) => {
  expect(fromNow(1_000_000 + distanceMs, 1_000_000)).toBe(text)
})

it.each([
  [[0], 'One attempt, at once, and no retries.'],
  [[60_000], 'One attempt, after 1 min, and no retries.'],
  [[0, 5_000, 300_000], '3 attempts over 5 min 5 s: at once, then 5 s, 5 min after the one before.'],
])('says the schedule %j as %s', (waits, text) => {
  expect(scheduleInWords(waits)).toBe(text)
})

it.each([
  [0, '<1 ms'],
  [87, '87 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [1_449, '1.4 s'],
  [15_002, '15 s'],
])('says that %d ms took "%s"', (durationMs, text) => {
  expect(durationOf(durationMs)).toBe(text)
})

it('counts', () => {
  expect([counted(1, 'request'), counted(1_204, 'request'), counted(2, 'reply', 'replies')]).toEqual([
    '1 request',
    '1,204 requests',
    '2 replies',
  ])
})

it.each([
  ['https://ci.example.com/hooks', undefined],
  ['http://127.0.0.1:9000/', undefined],
  ['ci.example.com', 'Write a full URL that begins with https:// or http://.'],
  [
    'https://ci.example.com/#a',
    'The URL has a fragment, which is never sent: remove the # and what follows it.',
  ],
])('judges %s', (url, problem) => {
  expect(urlProblem(url)).toBe(problem)
})
