import { describe, expect, it } from 'vitest'
import { ownEventTypes } from '../../functions/domain/event-types.ts'
import { cameTrue, isWarning, type Notice, noticeId } from '../../functions/domain/notice.ts'
import { noticeEvent, noticeWords } from '../../functions/domain/notice-words.ts'
import { aWebhook, builtAt } from '../support/builders.ts'

const dayMs = 86_400_000
const webhook = aWebhook({
  url: 'https://hooks.example.com:8443/T0/secret-in-path?token=secret-in-query',
  description: 'Schließt das "Ticket"\n\0\u202e',
})
const gone: Notice = { webhookId: webhook.id, kind: 'gone', at: builtAt }
const failing = (percent: 50 | 70 | 90 | 100): Notice => ({
  ...{ webhookId: webhook.id, kind: 'failing', at: builtAt, since: builtAt - 5 * dayMs },
  ...{ failures: 1204, percent, disableAfterMs: 5 * dayMs },
})
const all = [gone, failing(50), failing(70), failing(90), failing(100)]

describe.each(all)('the notice $kind $percent', (notice) => {
  it('has a subject that SNS takes', () => {
    const { subject } = noticeWords(notice, webhook)
    expect(subject).toMatch(/^[A-Za-z0-9][\x20-\x7e]{0,99}$/)
    expect(subject).toContain(webhook.id)
  })

  it('says what happened, what it means and what to do, and not what is in the URL', () => {
    const { text } = noticeWords(notice, webhook)
    expect(text).toContain('https://hooks.example.com:8443')
    expect(text).toContain('("Schließt das "Ticket"")')
    expect(text).toContain('What to do:')
    expect(text).toContain(`GET /webhooks/${webhook.id}/deliveries?errors_only=true`)
    expect(text).not.toContain('secret')
    if (isWarning(notice)) expect(text).toContain(new Date(builtAt).toISOString())
    else {
      expect(text).toContain(`PATCH /webhooks/${webhook.id} with {"enabled": true}`)
      const bodies = [...text.matchAll(/replay with (\{.*\})/g)].map(([, body = '']) => JSON.parse(body))
      const since = new Date(builtAt - (notice.kind === 'gone' ? 1 : 5) * dayMs).toISOString()
      const missed = { since, include: 'missed' }
      expect(bodies).toEqual(notice.kind === 'gone' ? [missed] : [missed, { since, include: 'failed' }])
    }
  })

  it('is told to programs in the form of the example', () => {
    const { type, payload } = noticeEvent(notice, webhook)
    const text = Buffer.from(payload).toString()
    expect(text).not.toContain('secret')
    const example = ownEventTypes.find(({ key }) => key === type)?.example ?? {}
    const told = JSON.parse(text)
    expect(Object.keys(told)).toEqual(Object.keys(example))
    expect(Object.keys(told.webhook)).toEqual(Object.keys(example.webhook ?? {}))
    expect(type).toBe(isWarning(notice) ? 'webhook:failing' : 'webhook:disabled')
  })
})

describe('notices', () => {
  it('have the same name whenever they are decided, and each another', () => {
    expect(new Set(all.map(noticeId)).size).toBe(4)
    expect(noticeId({ ...failing(70), at: builtAt + 1 })).toBe(noticeId(failing(70)))
    // Turned off twice, it is told twice.
    expect(noticeId({ ...gone, at: builtAt + 1 })).not.toBe(noticeId(gone))
  })

  it.each<[string, Notice, Parameters<typeof aWebhook>[0], boolean]>([
    ['a webhook that is on', gone, {}, false],
    ['one that is off since then', gone, { enabled: false, disabledAt: builtAt }, true],
    ['one that was turned off another time', gone, { enabled: false, disabledAt: builtAt - 1 }, false],
    ['one that is on again', failing(100), { lastOff: { since: builtAt, until: builtAt + 9 } }, true],
    ['one that was warned', failing(70), { failuresFrom: builtAt - 5 * dayMs, warned: 70 }, true],
    ['one that was warned of less', failing(70), { failuresFrom: builtAt - 5 * dayMs, warned: 50 }, false],
    ['one that was warned of other failures', failing(70), { failuresFrom: builtAt, warned: 90 }, false],
  ])('come true of %s or not: %o', (_, notice, over, isTrue) => {
    expect(cameTrue(notice, aWebhook(over))).toBe(isTrue)
  })
})
