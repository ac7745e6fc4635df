import { expect, it } from 'vitest'
import * as z from 'zod'
import { adminToken } from '../support/server.ts'
import { expectAccessible } from './browser.ts'
import { ConsoleInBrowser, describeInBrowser } from './console-in-browser.ts'

describeInBrowser('the list of webhooks', () => {
  const site = new ConsoleInBrowser((_request, response) => {
    response.statusCode = 500
    response.end('broken')
  })

  it('says in the words of the API why a token is refused, and signs out for good', async () => {
    const page = await site.newPage()
    await page.goto(site.at())
    await expectAccessible(page)
    await page.getByLabel('API token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('token').waitFor()
    await page.getByLabel('API token').fill(adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API token').waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
  })

  it('helps when there are none, and shows one as soon as it is there', async () => {
    const page = await site.open()
    await page.getByRole('heading', { name: 'There are no webhooks yet' }).waitFor()
    await expectAccessible(page)
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/ci`,
      description: 'Closes the ticket',
      event_types: ['batch_change:apply'],
      retry_schedule: ['0s'],
    })
    await page.getByRole('link', { name: `${site.receiver.url}/ci`, exact: true }).waitFor()
    await site.api.publish('batch_change:apply', { id: 'QmF0Y2hDaGFuZ2U6MTcz' })
    const errors = page.getByRole('link', { name: '1 error' })
    await errors.waitFor()
    expect(await errors.getAttribute('href')).toBe(`#/webhooks/${id}?errors=true`)
    await expectAccessible(page)
  })

  it('turns a webhook off and on', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/switch` })
    const page = await site.open()
    const button = page.getByRole('switch', { name: `${site.receiver.url}/switch` })
    await button.click()
    await page.getByRole('status').getByText('Off: nothing is sent').waitFor()
    expect((await site.api.call('GET', `/webhooks/${id}`)).body).toMatchObject({ enabled: false })
    await button.click()
    await page.getByRole('status').getByText('On: events are sent').waitFor()
    expect((await site.api.call('GET', `/webhooks/${id}`)).body).toMatchObject({ enabled: true })
  })

  it('deletes only after asking, and says what goes', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/doomed` })
    const page = await site.open()
    await page.getByRole('button', { name: `Delete ${site.receiver.url}/doomed` }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete this webhook?' })
    await dialog.getByText('its secret and its log').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect((await site.api.call('GET', `/webhooks/${id}`)).status).toBe(200)
    await page.getByRole('button', { name: `Delete ${site.receiver.url}/doomed` }).click()
    await dialog.getByRole('button', { name: 'Delete webhook' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect((await site.api.call('GET', `/webhooks/${id}`)).status).toBe(404)
  })

  it('finds by text, type and state, twenty a page', async () => {
    for (let number = 0; number < 21; number++)
      await site.api.createWebhook({
        url: `${site.receiver.url}/many/${number}`,
        event_types: ['user:create'],
      })
    await site.api.createWebhook({ url: `${site.receiver.url}/paused`, enabled: false })
    const page = await site.open()
    const rows = page.locator('.webhook')
    await page.getByLabel('Search').fill('many/2')
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByLabel('Search').fill('many')
    await expect.poll(() => rows.count()).toBe(20)
    await page.getByRole('link', { name: 'Next' }).click()
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByLabel('Search').fill('')
    await page.getByLabel('State').selectOption('off')
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByLabel('State').selectOption('')
    await page.getByLabel('Event type', { exact: true }).selectOption('user:create')
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByText('Page 2').waitFor()
    await page.goBack()
    await page.getByText('Page 1').waitFor()
    expect(await rows.count()).toBe(20)
  })

  it('searches further than the newest 1,000 webhooks when it is told to', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/model` })
    const { body: model } = await site.api.call('GET', `/webhooks/${id}`)
    const page = await site.open()
    await page.route('**/webhooks?*limit=100*', (route) => {
      const start = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
      const data = Array.from({ length: 100 }, (_, nth) => ({
        ...Object(model),
        id: `whk_${start + nth}`,
        url: `https://numbered.example/${start + nth}`,
      }))
      return route.fulfill({ json: { data, next_cursor: start === 1_400 ? null : String(start + 100) } })
    })
    await page.getByLabel('Search').fill('numbered.example/1234')
    await page.getByRole('heading', { name: 'No webhook fits' }).waitFor()
    await page.getByText('Only the newest 1,000 webhooks were searched.').waitFor()
    await page.getByRole('link', { name: 'Search 1,000 more' }).click()
    await page.getByRole('link', { name: 'https://numbered.example/1234', exact: true }).waitFor()
    expect(await page.getByText('webhooks were searched').count()).toBe(0)
  })

  it('lets a token that reads see, and change nothing', async () => {
    const page = await site.open('', await site.api.createToken(['read']))
    const toggles = page.getByRole('switch')
    await toggles.first().waitFor()
    expect(await toggles.first().isDisabled()).toBe(true)
    expect(await toggles.first().getAttribute('title')).toContain('scope read')
    await page.getByText('a token', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('Read only').waitFor()
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Create webhook' }).count()).toBe(0)
  })

  it('says in the words of the API why a token is not taken', async () => {
    const page = await site.newPage()
    await page.goto(site.at())
    for (const [token, words] of [
      ['sgwh_nobody', 'There is no such token'],
      [await site.api.createToken(['publish']), 'This takes a token with the scope "read"'],
    ] as const) {
      await page.getByLabel('API token').fill(token)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').getByText(words).waitFor()
    }
  })

  it('ends the session when the token ends', async () => {
    const expires_at = new Date(Date.now() + 3_600_000).toISOString()
    const { body } = await site.api.call('POST', '/tokens', { name: 'brief', scopes: ['read'], expires_at })
    const { id, token } = z.object({ id: z.string(), token: z.string() }).parse(body)
    const page = await site.open('', token)
    await page.getByText('brief, ends in').waitFor()
    await site.api.call('DELETE', `/tokens/${id}`)
    await page.getByText('You were signed out. There is no such token, or it was revoked.').waitFor()
  })
})
