import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken } from '../support/server.ts'
import { until } from '../support/until.ts'
import { browserPath, launchBrowser, needsBrowser, signIn } from './browser.ts'
import { type ConsoleServer, startConsoleServer } from './console-server.ts'

describe.skipIf(browserPath === undefined)(`over a slow line${needsBrowser}`, () => {
  let server: ConsoleServer
  let browser: Browser
  let receiver: TestReceiver

  beforeAll(async () => {
    server = await startConsoleServer()
    browser = await launchBrowser()
    receiver = await startTestReceiver()
  })
  afterAll(async () => {
    await browser.close()
    await receiver.close()
    await server.remove()
  })

  it('shows a delivery whose answer takes longer than the time after which it is asked for again', async () => {
    const id = await server.api.createWebhook({ url: receiver.url })
    await server.api.publish('slow:line', { id: 1 })
    const delivery = await until(async () => (await server.api.deliveries(id))[0])
    const page = await browser.newPage()
    await signIn(page, server.consoleUrl, adminToken)
    await page.route('**/deliveries/dlv_*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      await route.continue()
    })
    await page.goto(`${server.consoleUrl}#/webhooks/${id}?delivery=${delivery.id}`)
    await page.getByRole('region', { name: 'slow:line' }).getByText('Attempt 1').waitFor()
    await page.close()
  })

  it('tells that what is shown is old once the service does not answer, and goes on when it does', async () => {
    const page = await browser.newPage()
    await signIn(page, server.consoleUrl, adminToken)
    const shown = page.getByRole('link', { name: receiver.url, exact: true })
    await shown.waitFor()
    await page.route('**/webhooks?*', (route) => route.abort())
    const old = page.getByText('This is not up to date. The service did not answer.')
    await old.waitFor()
    await shown.waitFor()
    await page.unroute('**/webhooks?*')
    await old.waitFor({ state: 'detached' })
    await page.close()
  })
})
