import { expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { expectAccessible } from './browser.ts'
import { ConsoleInBrowser, describeInBrowser } from './console-in-browser.ts'

interface Box {
  readonly scrollHeight: number
  scrollTo(left: number, top: number): void
}
const toEnd = (box: Box) => box.scrollTo(0, box.scrollHeight)
const toMiddle = (box: Box) => box.scrollTo(0, box.scrollHeight / 2)

describeInBrowser('the log of a webhook', () => {
  const site = new ConsoleInBrowser(({ path }, response, count) => {
    response.statusCode = path === '/flaky' && count === 1 ? 503 : 200
    response.setHeader('content-type', 'application/json')
    response.end(path === '/long' ? JSON.stringify(Array.from({ length: 500 }, (_, n) => n)) : '{"ok":true}')
  })

  it('shows what is sent as it is sent, and opens to request, response, error and attempts', async () => {
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/flaky`,
      event_types: ['log:a'],
      retry_schedule: ['0s', '30h'],
    })
    const page = await site.open(`#/webhooks/${id}`)
    await page.getByRole('heading', { name: 'Nothing was sent yet' }).waitFor()
    await site.api.publish('log:a', { big: 1 })
    const row = page.getByRole('link', { name: 'log:a' })
    await row.getByText('retrying').waitFor()
    await row.getByText('503, 1 attempt, next in').waitFor()
    await expect.poll(() => row.locator('.log-took').textContent()).toMatch(/^<?\d+ ms$/)
    await expectAccessible(page)
    await row.click()
    const delivery = page.getByRole('region', { name: 'log:a' })
    await delivery.getByText('Attempt 2 in 1 day').waitFor()
    await delivery.getByRole('tabpanel').getByText('Status 503').waitFor()
    await expectAccessible(page)
    await delivery.getByRole('tab', { name: 'Response' }).press('ArrowRight')
    await delivery.getByRole('tabpanel').getByText('The receiver answered 503').waitFor()
    await delivery.getByRole('tab', { name: 'Request' }).click()
    await delivery.getByText('"big": 1').waitFor()
    await delivery.getByText('webhook-signature', { exact: true }).waitFor()
    await expectAccessible(page)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await delivery.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByRole('status').getByText('The curl command copied.').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain(
      `curl -X POST '${site.receiver.url}/flaky'`,
    )
    await delivery.getByRole('button', { name: 'Send it now' }).click()
    await delivery.getByText('Attempt 2').waitFor()
    await row.getByText('delivered').waitFor()
    await delivery.getByRole('link', { name: 'Close' }).click()
    await expect.poll(() => page.evaluate('document.activeElement.dataset.delivery')).toMatch(/^dlv_/)
  })

  it('redelivers one that is over as a new one, and opens that', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/long`, event_types: ['log:b'] })
    await site.api.publish('log:b', { id: 1 })
    const first = await until(async () =>
      (await site.api.deliveries(id)).find(({ status }) => status === 'delivered'),
    )
    const page = await site.open(`#/webhooks/${id}?delivery=${first.id}`)
    await page.getByRole('button', { name: 'Show all (502 lines' }).click()
    await page.getByText('499', { exact: false }).first().waitFor()
    await page.getByRole('button', { name: 'Redeliver' }).click()
    await page.locator('.delivery-facts').getByText('redelivery').waitFor()
    expect(await site.api.deliveries(id)).toHaveLength(2)
  })

  it('filters by errors, status, type and time', async () => {
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/flaky`,
      event_types: ['log:c', 'log:d'],
      retry_schedule: ['0s'],
    })
    await site.api.publish('log:c', { id: 1 })
    await site.receiver.arrived(1)
    await until(async () => (await site.api.deliveries(id)).length === 1)
    await site.api.call('PATCH', `/webhooks/${id}`, { url: `${site.receiver.url}/good` })
    await site.api.publish('log:d', { id: 2 })
    await until(async () => (await site.api.deliveries(id)).length === 2)
    const page = await site.open(`#/webhooks/${id}`)
    const rows = page.locator('.log-row')
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByRole('link', { name: '1 error' }).click()
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining('log:c')])
    expect(await page.getByLabel('Show errors').isChecked()).toBe(true)
    await page.getByLabel('Show errors').uncheck()
    await page.getByLabel('Status').selectOption('delivered')
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining('log:d')])
    await page.getByLabel('Status').selectOption('')
    await page.getByLabel('Until').fill('2020-01-01T00:00')
    await page.getByRole('heading', { name: 'No delivery fits' }).waitFor()
    await page.getByRole('link', { name: 'Show all deliveries' }).click()
    await expect.poll(() => rows.count()).toBe(2)
  })

  it('loads more as one scrolls', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/many`, event_types: ['log:e'] })
    for (let batch = 0; batch < 3; batch++)
      await site.api.call(
        'POST',
        '/events',
        Array.from({ length: 50 }, (_, n) => ({ type: 'log:e', payload: { n: batch * 50 + n } })),
      )
    await until(async () => (await site.api.deliveries(id, '?limit=100')).length === 100)
    const page = await site.open(`#/webhooks/${id}`)
    const box = page.locator('.windowed-box')
    const last = page.locator('[aria-posinset="150"]')
    await until(async () => {
      await box.evaluate(toEnd)
      return (await last.count()) === 1
    })
  })

  it('holds 100,000 rows with no more of them in the page than are seen', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/huge` })
    const page = await site.open()
    let asked = 0
    const at = (number: number) => new Date(1_800_000_000_000 - number * 1_000).toISOString()
    await page.route('**/deliveries?*', (route) => {
      const count = asked++ === 0 ? 100_000 : 0
      const data = Array.from({ length: count }, (_, number) => ({
        id: `dlv_${number}`,
        event_type: `row:${number}`,
        trigger: 'event',
        status: 'delivered',
        attempt_count: 1,
        errored: false,
        last_status: 200,
        last_duration_ms: 87,
        created_at: at(number),
        updated_at: at(number),
        next_attempt_at: null,
      }))
      return route.fulfill({ json: { data, next_cursor: null } })
    })
    await page.goto(site.at(`#/webhooks/${id}`))
    await page.getByText('row:0', { exact: true }).waitFor()
    const box = page.locator('.windowed-box')
    await box.evaluate(toMiddle)
    await page.getByText('row:50000', { exact: true }).waitFor()
    expect(await page.locator('.log-row').count()).toBeLessThan(60)
    await box.evaluate(toEnd)
    await page.getByText('row:99999', { exact: true }).waitFor()
  })

  it('lets a token that reads look, and change nothing', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/read`, event_types: ['log:f'] })
    await site.api.publish('log:f', { id: 1 })
    const delivery = await until(async () => (await site.api.deliveries(id))[0])
    const page = await site.open(
      `#/webhooks/${id}?delivery=${delivery.id}`,
      await site.api.createToken(['read']),
    )
    expect(await page.getByRole('button', { name: 'Redeliver' }).isDisabled()).toBe(true)
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0)
  })
})
