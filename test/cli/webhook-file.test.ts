import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readKnownSecrets } from '../../cli/sourcegraph/known-secrets.ts'
import { hiddenPart } from '../../cli/webhook-file/entry.ts'
import { defaultOf, meanTheSame, settingNames } from '../../cli/webhook-file/settings.ts'
import { readWebhookFile, webhookFile } from '../../cli/webhook-file/webhook-file.ts'
import { readYaml, yamlText } from '../../cli/webhook-file/yaml-text.ts'
import { CredentialsInput, ReceiverAuthResource } from '../../functions/api/schemas/receiver-auth.ts'
import { CreateWebhook, UpdateWebhook } from '../../functions/api/schemas/webhook.ts'
import { WebhookResource } from '../../functions/api/schemas/webhook-resource.ts'
import { anyShownWebhook, aShownWebhook } from './support/webhooks.ts'

describe('the file of webhooks', () => {
  it('has everything that can be set of a webhook', () => {
    const inFile = [...settingNames, 'headers', 'auth', 'secret'].toSorted()
    expect(inFile).toEqual(Object.keys(CreateWebhook.shape).toSorted())
    // A secret is changed by rotation.
    expect(inFile.filter((name) => name !== 'secret')).toEqual(Object.keys(UpdateWebhook.shape).toSorted())
    // What is not shown cannot be exported, nor compared.
    expect(Object.keys(WebhookResource.shape)).toEqual(expect.arrayContaining([...settingNames]))
  })

  it('knows of each kind of credentials what is never shown', () => {
    const shown = new Map(
      ReceiverAuthResource.options.map(({ shape }) => [shape.type.value, Object.keys(shape)] as const),
    )
    const hidden = CredentialsInput.options.map(({ shape }) => [
      shape.type.value,
      Object.keys(shape).filter((name) => !shown.get(shape.type.value)?.includes(name)),
    ])
    expect(Object.fromEntries(hidden)).toEqual(
      Object.fromEntries(Object.entries(hiddenPart).map(([type, part]) => [type, [part]])),
    )
  })

  it('leaves out what is as by default, and never has a secret', () => {
    const webhook = aShownWebhook({ id: 'whk_0000000000000001' })
    expect(webhookFile([webhook], { ids: true })).toEqual({
      version: 1,
      webhooks: [
        {
          id: 'whk_0000000000000001',
          url: 'https://hooks.example.com/one',
          event_types: ['batch_change:apply'],
          secret: { keep: true },
        },
      ],
    })
  })

  it('is written so that a person reads it', () => {
    const webhook = aShownWebhook({
      id: 'whk_0000000000000001',
      event_types: ['*'],
      description: 'a \u202e b',
      header_names: ['X-Team'],
      auth: { type: 'basic', username: 'sourcegraph' },
      rate_limit: 10,
    })
    expect(yamlText(webhookFile([webhook], { ids: true }), 'Two\nlines')).toBe(`# Two
# lines

version: 1
webhooks:
  - id: whk_0000000000000001
    url: https://hooks.example.com/one
    event_types:
      - "*"
    description: "a \\u202e b"
    rate_limit: 10
    headers:
      X-Team: { keep: true }
    auth:
      type: basic
      username: sourcegraph
      password: { keep: true }
    secret: { keep: true }
`)
  })

  it('comes oldest first, whatever the order of the list', () => {
    const webhooks = [aShownWebhook(), aShownWebhook(), aShownWebhook()]
    expect(webhookFile(webhooks.toReversed(), { ids: true })).toEqual(webhookFile(webhooks, { ids: true }))
  })

  it('is read back as it was written, whatever webhooks hold', () => {
    fc.assert(
      fc.property(fc.array(anyShownWebhook, { maxLength: 5 }), (webhooks) => {
        const value = webhookFile(webhooks, { ids: true })
        const text = yamlText(value, 'comment')
        const read = readYaml(text)
        expect(read.problems).toEqual([])
        expect(read.value).toEqual(value)
        expect(text).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/)
        expect(readWebhookFile(read.value)).toHaveLength(webhooks.length)
      }),
    )
  })

  it('may be JSON, indented with tabs too', () => {
    const value = webhookFile([aShownWebhook({ header_names: ['X-Team'] })], { ids: false })
    expect(readYaml(JSON.stringify(value, null, '\t')).value).toEqual(value)
  })
})

describe('the document about it', () => {
  const text = readFileSync('docs/infrastructure-as-code.md', 'utf8')
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => readYaml(block).value)

  it('shows files that are taken', () => {
    const [file, secrets, ...others] = blocks
    expect(readWebhookFile(file)).toHaveLength(1)
    expect(readKnownSecrets(secrets)).toHaveLength(2)
    expect(others).toEqual([])
  })
})

describe('settings', () => {
  it.each([
    ['retry_schedule', ['0s', '120m'], ['0s', '2h'], true],
    ['retry_schedule', ['0s', '5s'], ['5s', '0s'], false],
    ['retry_schedule', null, undefined, true],
    ['event_types', ['a', 'b'], ['b', 'a', 'b'], true],
    ['event_types', ['a'], ['a', 'b'], false],
    ['scope', { batch_change_ids: ['1', '2'] }, { batch_change_ids: ['2', '1'] }, true],
    ['scope', {}, undefined, true],
    ['enabled', true, undefined, true],
    ['enabled', false, undefined, false],
    ['description', '', undefined, true],
    ['rate_limit', 10, 10.0, true],
    ['retention', '168h', '7d', true],
  ])('compares %s %j with %j: %s', (name, one, other, same) => {
    expect(meanTheSame(name, one, other)).toBe(same)
  })

  it('takes its defaults from the API', () => {
    expect(Object.fromEntries(settingNames.map((name) => [name, defaultOf(name)]))).toMatchObject({
      url: null,
      description: '',
      scope: {},
      enabled: true,
      rate_limit: null,
    })
  })
})
