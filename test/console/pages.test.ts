import { expect, it } from 'vitest'
import * as z from 'zod'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { expectAccessible } from './browser.ts'
import { ConsoleInBrowser, describeInBrowser } from './console-in-browser.ts'

const Named = z.object({ data: z.array(z.object({ name: z.string() })) })

describeInBrowser('what is done in the console', () => {
  const site = new ConsoleInBrowser((_request, response) => response.end('{"thanks":true}'))

  it('is seen within a second of being asked for', async () => {
    const page = await site.newPage()
    await page.goto(site.at())
    await page.getByLabel('API token').waitFor()
    const paints = await page.evaluate(
      "performance.getEntriesByType('paint').map(({ startTime }) => startTime)",
    )
    const [, contentful] = z.tuple([z.number(), z.number()]).parse(paints)
    expect(contentful).toBeLessThan(1_000)
  })

  it('sends a test and shows the answer', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/test` })
    const page = await site.open(`#/webhooks/${id}`)
    await page.getByRole('link', { name: 'Test', exact: true }).click()
    await page.getByLabel('Event type').fill('changeset:publish')
    await page.getByRole('button', { name: 'Send a test' }).click()
    const result = page.getByRole('region', { name: 'What came of it' })
    await result.getByText('"thanks": true').waitFor()
    await result.getByText('delivered').waitFor()
    const [sent] = site.receiver.requests.filter(({ path }) => path === '/test')
    expect(sent?.headers['x-sourcegraph-webhook-event-type']).toBe('changeset:publish')
    await expectAccessible(page)
  })

  it('changes the secret, with an overlap', async () => {
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/secret`,
      event_types: ['only:secret'],
    })
    const page = await site.open(`#/webhooks/${id}/secret`)
    await page.getByLabel('Secret', { exact: true }).fill('a new secret')
    await page.getByLabel('The old secret goes on signing').selectOption('1h')
    await page.getByRole('button', { name: 'Change the secret' }).click()
    await page.getByText('Copy the new signing secret now').waitFor()
    await page.getByText('a new secret').waitFor()
    await page.getByText('Two secrets sign now').waitFor()
    const { body } = await site.api.call('GET', `/webhooks/${id}`)
    const { previous_secret_expires_at: endsAt } = z
      .object({ previous_secret_expires_at: z.string() })
      .parse(body)
    expect(Date.parse(endsAt) - Date.now()).toBeLessThan(3_600_000)
    await expectAccessible(page)
  })

  it('offers to replay what was missed, counts it, and sends it', async () => {
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/replay`,
      event_types: ['only:replay'],
    })
    await site.api.call('PATCH', `/webhooks/${id}`, { enabled: false })
    const event = await site.api.publish('only:replay', { id: 1 })
    await until(async () => {
      const { body } = await site.api.call('GET', `/events/${event}`)
      return z.object({ missed_by: z.array(z.string()) }).parse(body).missed_by.length === 1
    })
    const page = await site.open(`#/webhooks/${id}`)
    await page.getByRole('switch').click()
    await page.getByRole('link', { name: 'Replay what it missed' }).click()
    expect(await page.getByLabel('What to send again').inputValue()).toBe('missed')
    // The form has whole seconds: of the one in which it was turned on, all.
    await page.getByLabel('Until').fill('')
    await page.getByRole('button', { name: 'Count' }).click()
    await page.getByText('1 event would be sent').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Send 1 event again' }).click()
    await page.getByText('1 to send, 1 queued').waitFor()
    await until(() => site.receiver.requests.some(({ path }) => path === '/replay'))
    await expectAccessible(page)
  })

  it('finds events, shows one with its deliveries, and erases its payload after asking', async () => {
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/event`,
      event_types: ['user:create'],
    })
    const event = await site.api.publish('user:create', { name: 'Alice' })
    await until(async () => (await site.api.deliveries(id))[0])
    const page = await site.open('#/events')
    await page.getByLabel('Event type').selectOption('user:create')
    await page.getByRole('link', { name: 'user:create' }).waitFor()
    await expectAccessible(page)
    await page.getByLabel('Find by id').fill(event)
    await page.keyboard.press('Enter')
    await page.getByText('"name": "Alice"').waitFor()
    await page.getByRole('link', { name: id }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Erase the payload' }).click()
    const dialog = page.getByRole('dialog', { name: 'Erase this payload?' })
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Erase' }).click()
    await page.getByText('It was erased').waitFor()
    expect((await site.api.call('GET', `/events/${event}`)).body).toMatchObject({ payload: null })
    await expectAccessible(page)
  })

  it('finds the events about a batch change, from one of them or by its id', async () => {
    const ids = { batch_change_ids: ['QmF0Y2hDaGFuZ2U6OTAx'] }
    const event = await site.api.publish('changeset:close', ids)
    await site.api.publish('batch_change:close', { id: 'QmF0Y2hDaGFuZ2U6OTAx' })
    await site.api.publish('batch_change:close', { id: 'QmF0Y2hDaGFuZ2U6OTAy' })
    const page = await site.open(`#/events/${event}`)
    await page.getByRole('link', { name: 'QmF0Y2hDaGFuZ2U6OTAx' }).click()
    const rows = page.locator('.line')
    await expect.poll(() => rows.count()).toBe(2)
    expect(await page.getByLabel('Find by id').inputValue()).toBe('QmF0Y2hDaGFuZ2U6OTAx')
    await page.getByLabel('Event type').selectOption('batch_change:close')
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByLabel('Find by id').fill('QmF0Y2hDaGFuZ2U6OTA')
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByRole('heading', { name: 'No event fits' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Show all events' }).click()
    await expect.poll(() => rows.count()).toBeGreaterThan(2)
    await expectAccessible(page)
  })

  it('connects and disconnects sources', async () => {
    const page = await site.open('#/sources')
    await page.getByText('No Sourcegraph instance is connected yet.').waitFor()
    await page.getByLabel('Name').fill('my Sourcegraph')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('Copy the secret now').waitFor()
    await page.getByText(`${new URL('../events', site.at()).href}`).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Disconnect my Sourcegraph' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
    await page.getByText('No Sourcegraph instance is connected yet.').waitFor()
    expect(Named.parse((await site.api.call('GET', '/sources')).body).data).toEqual([])
    await expectAccessible(page)
  })

  it('creates a token that works, and revokes it', async () => {
    const page = await site.open('#/tokens')
    await page.getByLabel('Name').fill('dashboard')
    await page.getByRole('button', { name: 'Create token' }).click()
    const shown = page.locator('.secret code')
    await shown.waitFor()
    const token = (await shown.textContent()) ?? ''
    const reader = site.api.as(token)
    expect((await reader.call('GET', '/webhooks')).status).toBe(200)
    expect((await reader.call('POST', '/sources', { name: 'x' })).status).toBe(403)
    await page.getByRole('button', { name: 'Revoke dashboard' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke dashboard' }).waitFor({ state: 'detached' })
    expect((await reader.call('GET', '/webhooks')).status).toBe(401)
    await expectAccessible(page)
  })

  it('names the webhooks in trouble, and leads to their errors', async () => {
    const closed = await startTestReceiver()
    await closed.close()
    const page = await site.open('#/health')
    await page.getByText('None: what was sent last got through everywhere.').waitFor()
    const url = `${closed.url}/nobody-there`
    const id = await site.api.createWebhook({ url, event_types: ['only:trouble'] })
    await site.api.publish('only:trouble', { id: 1 })
    await until(async () => (await site.api.deliveries(id, '?errors_only=true'))[0])
    await page.reload()
    const card = page.getByRole('listitem').filter({ hasText: url })
    await card.getByText(/Nothing but failures: \d attempts?/).waitFor()
    await card.getByText('1 delivery waits to be sent').waitFor()
    await expectAccessible(page)
    await card.getByRole('link', { name: 'refused' }).click()
    await page.getByRole('region', { name: 'only:trouble' }).getByText('Attempt 1').waitFor()
    expect(await page.getByLabel('Show errors').isChecked()).toBe(true)
    await site.api.call('DELETE', `/webhooks/${id}`)
  })

  it('says whether the service is well, and of pages that are not there', async () => {
    const page = await site.open('#/health')
    await page.getByText('The service answers (ok)').waitFor()
    await page.getByText('0 due; 0 whose time is to come; 0 dead letters').first().waitFor()
    await expectAccessible(page)
    await page.goto(site.at('#/nowhere'))
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    await expectAccessible(page)
  })

  it('gives the focus to the heading of the page that opens, and skips to the content', async () => {
    const page = await site.open('#/webhooks')
    await page.getByRole('link', { name: 'Events', exact: true }).click()
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor()
    const focused = () => page.evaluate('document.activeElement.tagName')
    await expect.poll(focused).toBe('H1')
    await page.getByRole('button', { name: 'Skip to content' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('MAIN')
  })

  it.each([360, 1280])('needs no sideways scrolling at %d pixels', async (width) => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/${'long/'.repeat(40)}` })
    const page = await site.open('#/webhooks')
    await page.setViewportSize({ width, height: 800 })
    for (const path of [
      'webhooks',
      `webhooks/${id}`,
      `webhooks/${id}/edit`,
      'webhooks/new',
      'events',
      'sources',
      'tokens',
      'health',
    ]) {
      await page.goto(site.at(`#/${path}`))
      await page.locator('main h1').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), path).toBe(true)
      const isNavWhole =
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.top nav'))"
      expect(await page.evaluate(isNavWhole), path).toBe(true)
    }
  })
})
