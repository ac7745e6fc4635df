import type { Draw } from './draw.ts'

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfff',
  '\u202e',
  '😀'.repeat(50),
  'é'.normalize('NFD'),
  'ﬀ①²',
  '\r\nX-Injected: 1',
  '*',
  '%',
  '%s%n',
  "' OR 1=1 --",
  '"; drop table tokens; --',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '{{7*7}}',
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  '9007199254740993',
  '__proto__',
  'constructor',
  'whk_',
  'whk_0000000000000000',
  'evt_ffffffffffffffffffffffffff',
  'whsec_AAAA',
  'whsec_=',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-23T14:20:00+23:59',
  '+275760-09-13T00:00:00Z',
  'x'.repeat(99),
  'x'.repeat(101),
  'x'.repeat(10_000),
] as const

const numbers = [
  0,
  -0,
  -1,
  1e-320,
  1.5,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 63),
  1e21,
  1e308,
  -1e308,
] as const

/** Names that mean something to JavaScript itself. */
export const treacherousNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  'toJSON',
] as const

export function oddText(draw: Draw): string {
  return draw.of(texts)
}

/** A JSON value that hardly any field takes. */
export function oddValue(draw: Draw): unknown {
  return draw.of([
    () => oddText(draw),
    () => draw.of(numbers),
    () => draw.of([null, true, false]),
    () => [],
    () => ({}),
    () => Array.from({ length: 200 }, (_, index) => index),
    () => [[oddText(draw)]],
    () => Object.fromEntries([[draw.of(treacherousNames), { [draw.of(treacherousNames)]: true }]]),
    () => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, index])),
  ])()
}

/** Bytes in the place of a body of JSON. */
export function oddBody(draw: Draw, json: string): Buffer {
  const bytes = Buffer.from(json)
  const nested = (open: string, close: string) => open.repeat(depth) + close.repeat(depth)
  const depth = draw.of([10, 1_000, 20_000])
  return draw.of([
    () => bytes.subarray(0, draw.below(bytes.length + 1)),
    () => Buffer.concat([bytes, Buffer.from(draw.of([',', '}', ']', '\0', ' x', json]))]),
    () => Buffer.concat([Buffer.from(draw.of(['\ufeff', '[', ' ', ")]}',\n"])), bytes]),
    () => flipped(bytes, draw),
    () => Buffer.from(json, 'utf16le'),
    () => Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0]),
    () => Buffer.from('a=b&c=d'),
    () => Buffer.from(nested('[', ']')),
    () => Buffer.from(nested('{"a":', '}').replace('}', '0}')),
    () => Buffer.from(`{"type":"deep:one","payload":${nested('[', ']')}}`),
    () => Buffer.from(json.replace('{', '{"name":1,"name":2,"__proto__":{"x":1},')),
    () => Buffer.from(`{"description":"${'x'.repeat(300_000)}"}`),
    () => Buffer.alloc(0),
    () => Buffer.from(`${' '.repeat(1_000)}${json}\n`),
  ])()
}

/** One byte another; never of a body with a URL, which might come to lead out of this machine. */
function flipped(bytes: Buffer, draw: Draw): Buffer {
  if (bytes.includes('://')) return Buffer.from('{')
  const copy = Buffer.from(bytes)
  if (copy.length > 0) copy[draw.below(copy.length)] = draw.below(256)
  return copy
}
