import { it } from 'vitest'
import { until } from '../support/until.ts'
import { ConsoleInBrowser, describeInBrowser } from './console-in-browser.ts'

describeInBrowser('over a slow line', () => {
  const site = new ConsoleInBrowser()

  it('shows a delivery whose answer takes longer than the time after which it is asked for again', async () => {
    const id = await site.api.createWebhook({ url: site.receiver.url })
    await site.api.publish('slow:line', { id: 1 })
    const delivery = await until(async () => (await site.api.deliveries(id))[0])
    const page = await site.open()
    await page.route('**/deliveries/dlv_*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      await route.continue()
    })
    await page.goto(site.at(`#/webhooks/${id}?delivery=${delivery.id}`))
    await page.getByRole('region', { name: 'slow:line' }).getByText('Attempt 1').waitFor()
  })

  it('tells that what is shown is old once the service does not answer, and goes on when it does', async () => {
    const page = await site.open()
    const shown = page.getByRole('link', { name: site.receiver.url, exact: true })
    await shown.waitFor()
    await page.route('**/webhooks?*', (route) => route.abort())
    const old = page.getByText('This is not up to date. The service did not answer.')
    await old.waitFor()
    await shown.waitFor()
    await page.unroute('**/webhooks?*')
    await old.waitFor({ state: 'detached' })
  })
})
