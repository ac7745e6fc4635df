import { describe, expect, it } from 'vitest'
import { BadFile } from '../../cli/bad-file.ts'
import { readWebhookFile } from '../../cli/webhook-file/webhook-file.ts'
import { readYaml } from '../../cli/webhook-file/yaml-text.ts'

const good = '  - url: https://a.example.com/\n    event_types: [a:b]\n'

describe('a bad file', () => {
  it.each([
    ['no YAML', 'version: 1\nwebhooks: [', [/^3|^2/]],
    ['a key twice', `version: 1\nversion: 1\nwebhooks: []`, [/^2 .*unique/]],
    ['a tag', `version: 1\nwebhooks: !!js/function x`, [/^2 .*tag/]],
    ['an alias of nothing', `version: 1\nwebhooks: *`, [/^2 /]],
    ['nothing', '', [/^1 .*object/]],
    ['no version', 'webhooks: []', [/^1 version must be 1/]],
    ['a version to come', 'version: 2\nwebhooks: []', [/^1 version must be 1/]],
    ['another key', 'version: 1\nwebhooks: []\nwebhook: 1', [/^3 webhook is not a field/]],
    ['webhooks that are no list', 'version: 1\nwebhooks:\n  a: 1', [/^2 webhooks must be a list/]],
    ['a webhook that is none', 'version: 1\nwebhooks:\n  - 7', [/^3 webhooks.0 must be an object/]],
    [
      'several problems at once',
      `version: 1\nwebhooks:\n${good}    colour: red\n  - url: ftp://a.example.com/\n    event_types: [a b]\n    rate_limit: 0`,
      [
        /^5 webhooks.0.colour is not a field/,
        /^6 webhooks.1.url Write a full URL/,
        /^7 webhooks.1.event_types.0 must be an event type/,
        /^8 webhooks.1.rate_limit must be at least 0.1/,
      ],
    ],
    [
      'what is missing',
      `version: 1\nwebhooks:\n  - description: x`,
      [/^3 webhooks.0.url is required/, /^3 webhooks.0.event_types is required/],
    ],
    [
      'secrets in the clear',
      `version: 1\nwebhooks:\n${good}    secret: abc\n    auth:\n      type: bearer\n      token: def`,
      [/^5 webhooks.0.secret must be .keep/, /^8 webhooks.0.auth.token must be .keep/],
    ],
    [
      'headers that cannot be',
      `version: 1\nwebhooks:\n${good}    headers:\n      Host: x\n      X-One: {keep: false}`,
      [/^7 webhooks.0.headers.X-One must be/],
    ],
    [
      'a forbidden header',
      `version: 1\nwebhooks:\n${good}    headers:\n      Host: x`,
      [/^6 webhooks.0.headers.Host belongs to the connection/],
    ],
    [
      'two authorizations',
      `version: 1\nwebhooks:\n${good}    headers: {Authorization: {keep: true}}\n    auth: {type: bearer, token: {keep: true}}`,
      [/^6 webhooks.0.auth sets Authorization/],
    ],
    [
      'an id twice',
      `version: 1\nwebhooks:\n${good}    id: whk_0000000000000001\n${good}    id: whk_0000000000000001`,
      [/^8 webhooks.1.id whk_0000000000000001 is in this file already/],
    ],
    [
      'another kind of id',
      `version: 1\nwebhooks:\n${good}    id: evt_1`,
      [/^5 webhooks.0.id must be the id/],
    ],
  ])('with %s is told of line by line', (_what, text, expected) => {
    const { value, problems, lineOf } = readYaml(text)
    const read = problems.length > 0 ? { problems } : readWebhookFile(value)
    if (!('problems' in read)) throw new Error('It was taken.')
    const told = new BadFile('f', { ...read, lineOf }).message
      .split('\n')
      .slice(0, -1)
      .map((line) =>
        line
          .replace(/^f:(\d+): /, '$1 ')
          .replaceAll(/\[(\d+)\]/g, '.$1')
          .replace(': ', ' '),
      )
    expect(told).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(told[index]).toMatch(pattern)
  })

  it('does not unfold without end', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 9; level++) {
      const before = String.fromCharCode(96 + level)
      const name = String.fromCharCode(97 + level)
      lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`)
    }
    expect(readYaml(lines.join('\n')).problems).toHaveLength(1)
  })
})
