import { describe, expect, it } from 'vitest'
import { tracesOf, withoutTraces } from '../../functions/domain/hidden-values.ts'

const hide = (values: readonly string[], text: string) => withoutTraces(text, tracesOf(values))

describe('hiding the values of headers in an answer', () => {
  it.each([
    ['the value', ['open-sesame'], 'you sent open-sesame, open-sesame', 'you sent [hidden], [hidden]'],
    [
      'credentials without their scheme',
      ['Bearer open-sesame'],
      '{"token":"open-sesame"}',
      '{"token":"[hidden]"}',
    ],
    ['a value with its scheme', ['Bearer open-sesame'], 'Bearer open-sesame!', '[hidden]!'],
    ['a value as JSON has it', ['open "sesame"'], '{"a":"open \\"sesame\\""}', '{"a":"[hidden]"}'],
    ['the longer of two values', ['open-sesame', 'open-sesame-seed'], 'open-sesame-seed', '[hidden]'],
    [
      'a password behind base64',
      [`Basic ${btoa('me:open-sesame')}`],
      'you are me, open-sesame',
      'you are me, [hidden]',
    ],
    ['a value that looks like a pattern', ['$& (.*) $1 .*'], '-$& (.*) $1 .*-', '-[hidden]-'],
  ])('hides %s', (_, values, text, shown) => {
    expect(hide(values, text)).toBe(shown)
  })

  it.each([
    ['short values', ['true', '1', '', 'Bearer x'], 'true, 1 and x'],
    ['other text', ['open-sesame'], 'open sesame'],
  ])('leaves %s as they are', (_, values, text) => {
    expect(hide(values, text)).toBe(text)
  })
})
