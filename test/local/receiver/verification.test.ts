import { afterEach, describe, expect, it } from 'vitest'
import { aReceiver, closeReceivers, payload, post, secret, signed } from './running-receiver.ts'

afterEach(closeReceivers)

describe('a receiver with the secret', () => {
  it('takes a request with both signatures, and prints it', async () => {
    const { url, text } = await aReceiver({ secret })
    const reply = await post(`${url}/hooks?token=t0p`, payload, signed(payload))
    expect(reply).toEqual({ status: 200, retryAfter: null, text: 'The signatures verify.\n' })
    expect(text().replace(/^\S+/, 'TIME')).toBe(
      [
        'TIME POST /hooks',
        '  event type  batch_change:apply',
        '  webhook-id  evt_1, attempt 1 of this id seen here',
        '  verified    the signatures fit',
        '  body        44 bytes',
        '    {',
        '      "id": "QmF0Y2hDaGFuZ2U6MTcz",',
        '      "state": "OPEN"',
        '    }',
        '  answer      200',
        '',
        '',
      ].join('\n'),
    )
  })

  it('takes a request when one of several signatures fits', async () => {
    const { url } = await aReceiver({ secret: 'plain text' })
    const headers = signed(payload, { key: 'plain text' })
    const signatures = `v1,AAAA ${headers['webhook-signature']} v2,BBBB`
    expect((await post(url, payload, { ...headers, 'webhook-signature': signatures })).status).toBe(200)
  })

  it.each([
    ['the old one', 'the old secret'],
    ['the new one', 'the new secret'],
  ])('takes a request while the secret is being changed, knowing %s', async (_, known) => {
    const { url } = await aReceiver({ secret: known })
    const [renewed, old] = [
      signed(payload, { key: 'the new secret' }),
      signed(payload, { key: 'the old secret' }),
    ]
    const both = `${renewed['webhook-signature']} ${old['webhook-signature']}`
    expect((await post(url, payload, { ...old, 'webhook-signature': both })).status).toBe(200)
  })

  it.each([
    [
      'another secret',
      payload,
      signed(payload, { key: 'another' }),
      [
        'X-Sourcegraph-Webhook-Signature does not fit: wrong secret, or the body was changed on the way.',
        'webhook-signature does not fit: wrong secret, or the body was changed on the way.',
      ],
    ],
    [
      'a changed body',
      payload.replace('OPEN', 'DONE'),
      signed(payload),
      [
        'X-Sourcegraph-Webhook-Signature does not fit: wrong secret, or the body was changed on the way.',
        'webhook-signature does not fit: wrong secret, or the body was changed on the way.',
      ],
    ],
    [
      'a re-formatted body',
      JSON.stringify(JSON.parse(payload), null, 2),
      signed(payload),
      [
        'X-Sourcegraph-Webhook-Signature does not fit: the body was re-formatted on the way; the signature covers its exact bytes.',
        'webhook-signature does not fit: the body was re-formatted on the way; the signature covers its exact bytes.',
      ],
    ],
    [
      'a changed webhook-id',
      payload,
      { ...signed(payload), 'webhook-id': 'evt_2' },
      [
        'webhook-signature does not fit, while X-Sourcegraph-Webhook-Signature does: it, webhook-id or webhook-timestamp was changed on the way.',
      ],
    ],
    [
      "a Sourcegraph signature of another webhook's secret",
      payload,
      { ...signed(payload), 'X-Sourcegraph-Webhook-Signature': 'A'.repeat(64) },
      [
        'X-Sourcegraph-Webhook-Signature does not fit, while webhook-signature does: it was made with another secret, or changed on the way.',
      ],
    ],
    [
      'a timestamp in words',
      payload,
      { ...signed(payload), 'webhook-timestamp': 'now' },
      [
        'webhook-timestamp is not a number of whole seconds.',
        'webhook-signature does not fit, while X-Sourcegraph-Webhook-Signature does: it, webhook-id or webhook-timestamp was changed on the way.',
      ],
    ],
    [
      'no signature at all',
      payload,
      {},
      [
        'X-Sourcegraph-Webhook-Signature is missing.',
        'webhook-id is missing.',
        'webhook-timestamp is missing.',
        'webhook-signature is missing.',
      ],
    ],
  ])('refuses a request with %s, and says why', async (_what, body, headers, problems) => {
    const { url, text } = await aReceiver({ secret })
    const reply = await post(url, body, headers)
    expect(reply).toEqual({
      status: 401,
      retryAfter: null,
      text: ['Not verified.', ...problems, ''].join('\n'),
    })
    expect(text()).toContain(
      ['  NOT VERIFIED', ...problems.map((problem) => `    ${problem}`), ''].join('\n'),
    )
    expect(text()).toContain('  answer      401\n')
  })

  it.each([
    ['old', 301, /webhook-timestamp is 30[12] s old, and 5 minutes are allowed/],
    ['ahead of the clock', -302, /webhook-timestamp is 30[12] s ahead of this clock/],
  ])('refuses a request that is %s, though its signatures fit', async (_what, ageSeconds, why) => {
    const { url, text } = await aReceiver({ secret })
    expect((await post(url, payload, signed(payload, { ageSeconds }))).status).toBe(401)
    expect(text()).toMatch(why)
    expect(text()).not.toContain('does not fit')
  })

  it('never prints or answers the secret', async () => {
    const { url, text } = await aReceiver({ secret })
    const { text: answer } = await post(url, payload, signed(payload, { key: 'another' }))
    expect(text() + answer).not.toContain(secret)
  })
})

describe('a receiver without a secret', () => {
  it('says that it verified nothing', async () => {
    const { url, text } = await aReceiver({})
    const reply = await post(url, payload, {})
    expect(reply).toMatchObject({ status: 200, text: 'Received, not verified: no secret given.\n' })
    expect(text()).toContain('  not verified: no --secret given\n')
    expect(text()).toContain('  event type  (no X-Sourcegraph-Webhook-Event-Type)\n  webhook-id  (none)\n')
  })
})
