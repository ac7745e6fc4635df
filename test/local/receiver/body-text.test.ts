import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyText } from '../../../local/receiver/body-text.ts'

describe('bodyText', () => {
  it('indents JSON like JSON.stringify', () => {
    const withoutControls = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !/[\x7f-\x9f]/.test(JSON.stringify(value)))
    fc.assert(
      fc.property(withoutControls, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const expected = JSON.stringify(value, null, 2)
        expect(bodyText(Buffer.from(JSON.stringify(value, null, space)))).toBe(
          Buffer.from(expected).toString('utf8'),
        )
      }),
    )
  })

  it('leaves numbers, repeated keys and escapes of JSON as they were sent', () => {
    expect(bodyText(Buffer.from('{"n":12345678901234567890,"n":1.0,"s":"\\u003cb\\u003e , {}"}'))).toBe(
      '{\n  "n": 12345678901234567890,\n  "n": 1.0,\n  "s": "\\u003cb\\u003e , {}"\n}',
    )
  })

  it.each([
    ['plain text', 'a=1\r\nb=2', 'a=1\nb=2'],
    ['JSON cut short', '{"a":1', '{"a":1'],
    ['nothing', '', '(no body)'],
    ['what would steer a terminal', '\x1b[2J\u009b2Jx\0\b', '\ufffd[2J\ufffd2Jx\ufffd\ufffd'],
  ])('shows %s', (_what, body, shown) => {
    expect(bodyText(Buffer.from(body))).toBe(shown)
  })

  it('shows at most 4 KiB of what is not JSON', () => {
    expect(bodyText(Buffer.alloc(5_000, 'x'))).toBe(`${'x'.repeat(4_096)}\n… and 904 more bytes`)
  })

  it('shows at most 64 Ki characters of JSON, however deep', () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000)
    expect(bodyText(Buffer.from(deep)).length).toBeLessThan(66_000)
    const long = JSON.stringify('x'.repeat(1_000_000))
    expect(bodyText(Buffer.from(long))).toMatch(/x\n… and 934466 more characters$/)
  })
})
