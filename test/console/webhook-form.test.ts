import { expect, it } from 'vitest'
import * as z from 'zod'
import { expectAccessible } from './browser.ts'
import { ConsoleInBrowser, describeInBrowser } from './console-in-browser.ts'

const Webhooks = z.object({ data: z.array(z.looseObject({ id: z.string(), url: z.string() })) })

describeInBrowser('the form of a webhook', () => {
  const site = new ConsoleInBrowser()

  async function onlyWebhook(url: string) {
    const { data } = Webhooks.parse((await site.api.call('GET', '/webhooks?limit=100')).body)
    return data.find((webhook) => webhook.url === url)
  }

  it('creates a webhook with all that the form has', async () => {
    const page = await site.open('#/webhooks/new')
    const url = `${site.receiver.url}/all`
    await page.getByLabel('URL').fill(url)
    await page.getByLabel('Description').fill('Closes the ticket')
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    await page.getByLabel('batch_change:apply').check()
    await page.getByLabel('Other event types').fill('search:done, code_monitor:hit')
    await page.getByText('Only some namespaces').click()
    await page.getByLabel('Repositories').fill('UmVwbzox\nUmVwbzoy')
    await page.getByText('Headers and authorization').click()
    await page.getByLabel('Kind').selectOption('bearer')
    await page.getByLabel('Token').fill('of-the-receiver')
    await page.getByRole('button', { name: 'Add a header' }).click()
    await page.getByLabel('Name of header 1').fill('X-Team')
    await page.getByLabel('Value of header X-Team').fill('build')
    await page.getByText('Retries, rate limit').click()
    await page.getByLabel('Retry schedule').fill('0s, 5s, 5m')
    await page
      .getByText('3 attempts over 5 min 5 s: at once, then 5 s, 5 min after the one before.')
      .waitFor()
    await page.getByLabel('Rate limit').fill('10')
    await page.getByLabel('Retention').fill('7d')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'The webhook was created' }).waitFor()
    await page.getByText(secret).waitFor()
    await page.getByText('Python', { exact: true }).click()
    await page.getByText('def verify(secret').waitFor()
    await expectAccessible(page)
    expect(await onlyWebhook(url)).toMatchObject({
      description: 'Closes the ticket',
      event_types: ['batch_change:apply', 'search:done', 'code_monitor:hit'],
      scope: { repository_ids: ['UmVwbzox', 'UmVwbzoy'] },
      header_names: ['X-Team'],
      auth: { type: 'bearer' },
      retry_schedule: ['0s', '5s', '5m'],
      rate_limit: 10,
      retention: '7d',
      enabled: true,
    })
  })

  it("says what is wrong while one types, and the API's refusals at their fields", async () => {
    const page = await site.open('#/webhooks/new')
    await page.getByLabel('URL').fill('https://ci.example.com/#part')
    await page.getByText('The URL has a fragment, which is never sent').waitFor()
    await page.getByLabel('URL').fill(`${site.receiver.url}/refused`)
    await page.getByText('Retries, rate limit').click()
    await page.getByLabel('Retry schedule').fill('0s, 3 weeks')
    await page.getByText('is not a duration such as 0s, 5m or 14h.').waitFor()
    await page.getByLabel('Retry schedule').fill('')
    await page.getByLabel('Retention').fill('90d')
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.locator('#retention-wrong').getByText('must be at most 30d').waitFor()
    await page.locator('#types-wrong').getByText('must name at least one event type').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Retention').fill('')
    await page.getByLabel('Select all of these').check()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('heading', { name: 'The webhook was created' }).waitFor()
    expect((await onlyWebhook(`${site.receiver.url}/refused`))?.event_types).toHaveLength(11)
  })

  it('changes only what was changed, and keeps values that it cannot show', async () => {
    const url = `${site.receiver.url}/edit`
    const id = await site.api.createWebhook({
      url,
      event_types: ['only:here'],
      headers: { 'X-Team': 'build', 'X-Old': '1' },
      auth: { type: 'basic', username: 'sourcegraph', password: 'secret' },
    })
    const page = await site.open(`#/webhooks/${id}/edit`)
    await page.getByLabel('Description').fill('New words')
    await page.getByRole('button', { name: 'Remove header X-Old' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').getByText('Saved.').waitFor()
    expect(await onlyWebhook(url)).toMatchObject({
      description: 'New words',
      header_names: ['X-Team'],
      auth: { type: 'basic', username: 'sourcegraph' },
    })
    await site.api.publish('only:here', { id: 'a' })
    const sent = (await site.receiver.arrived(1)).find(({ path }) => path === '/edit')
    expect(sent?.headers).toMatchObject({
      'x-team': 'build',
      authorization: `Basic ${Buffer.from('sourcegraph:secret').toString('base64')}`,
    })
  })

  it('tells the second of two admins what the first changed, and loses nothing of theirs', async () => {
    const id = await site.api.createWebhook({
      url: `${site.receiver.url}/two`,
      event_types: ['user:create'],
      description: 'At first',
    })
    const page = await site.open(`#/webhooks/${id}/edit`)
    await page.getByLabel('Description').fill('Mine')
    await site.api.call('PATCH', `/webhooks/${id}`, { description: 'Theirs', rate_limit: 7 })
    await page.getByRole('button', { name: 'Save' }).click()
    const clash = page.getByRole('alert').filter({ hasText: 'Somebody changed this webhook' })
    await clash.getByText('Theirs: Theirs').waitFor()
    await clash.getByText('Rate limit (7)').waitFor()
    expect(await page.getByLabel('Description').inputValue()).toBe('Mine')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('status').getByText('Saved.').waitFor()
    const { body } = await site.api.call('GET', `/webhooks/${id}`)
    expect(body).toMatchObject({ description: 'Mine', rate_limit: 7 })
  })

  it('asks before what was typed is lost: by a link, going back, signing out, or loading it again', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/unsaved`, description: 'before' })
    const page = await site.open(`#/webhooks/${id}`)
    await page.getByRole('link', { name: 'Edit' }).click()
    const description = page.getByLabel('Description')
    await description.fill('changed')
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
    for (const leave of [
      () => page.getByRole('link', { name: 'Events', exact: true }).click(),
      () => page.goBack(),
      () => page.getByRole('button', { name: 'Sign out' }).click(),
      () => page.getByRole('link', { name: 'Cancel' }).click(),
    ]) {
      await leave()
      await dialog.waitFor()
      await expectAccessible(page)
      await dialog.getByRole('button', { name: 'Stay' }).click()
      await dialog.waitFor({ state: 'detached' })
      expect(await description.inputValue()).toBe('changed')
      expect(new URL(page.url()).hash).toBe(`#/webhooks/${id}/edit`)
    }
    const asked = page.waitForEvent('dialog')
    const reloading = page.reload().catch(() => 'it stayed')
    const question = await asked
    expect(question.type()).toBe('beforeunload')
    await question.dismiss()
    expect(await reloading).toBe('it stayed')
    expect(await description.inputValue()).toBe('changed')
    await page.getByRole('link', { name: 'Events', exact: true }).click()
    await dialog.getByRole('button', { name: 'Leave' }).click()
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor()
    await page.goto(site.at(`#/webhooks/${id}/edit`))
    expect(await description.inputValue()).toBe('before')
  })

  it('asks nothing when nothing was changed, or all of it was saved', async () => {
    const id = await site.api.createWebhook({ url: `${site.receiver.url}/saved` })
    const page = await site.open(`#/webhooks/${id}/edit`)
    await page.getByLabel('Description').fill('one')
    await page.getByLabel('Description').fill('')
    await page.getByRole('link', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'Log' }).waitFor()
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Description').fill('two')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Log' }).waitFor()
    await page.getByText('two').waitFor()
    await page.goto(site.at('#/webhooks/new'))
    await page.getByLabel('URL').fill(`${site.receiver.url}/new`)
    await page.getByLabel('Select all of these').check()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('link', { name: 'To its log' }).click()
    await page.getByRole('heading', { name: 'Log' }).waitFor()
  })
})
