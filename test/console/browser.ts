import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import * as z from 'zod'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine; undefined when there is none that is known. `CHROMIUM` names another. */
export const browserPath = [process.env.CHROMIUM ?? '', ...places].find(
  (path) => path !== '' && existsSync(path),
)

/** What a test that is skipped for want of a browser says. */
export const needsBrowser =
  browserPath === undefined ? ' (skipped: no Chromium; install it, or name one in CHROMIUM)' : ''

export function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('No Chromium was found.')
  // Its sandbox does not run as root, as whom containers run tests; what it opens here is our own page.
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
}

/** Opens the console with a token, as one who signs in. */
export async function signIn(page: Page, url: string, token: string): Promise<void> {
  // Less than a test has, so that it is told what was waited for.
  page.setDefaultTimeout(12_000)
  await page.goto(url)
  await page.getByLabel('API token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** Keeps what the page complains of: errors, and what the Content-Security-Policy stopped. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && new URL(request.url()).hostname !== '127.0.0.1')
      complaints.push(`asked for ${request.url()}`)
  })
  return complaints
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const Violations = z.array(
  z.object({
    id: z.string(),
    nodes: z.array(z.object({ target: z.array(z.unknown()), failureSummary: z.string().optional() })),
  }),
)

/** Fails when axe-core finds a breach of the accessibility rules in what is shown, in light or in dark colours. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Through the protocol, not as an element, which the policy of the page would refuse.
    const hasAxe = await page.evaluate("typeof axe !== 'undefined'")
    if (hasAxe !== true) await page.evaluate(readFileSync(axePath, 'utf8'))
    const violations = Violations.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'))
    const told = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${colorScheme}: ${id}: ${target.join(' ')} ${failureSummary}`,
      ),
    )
    expect(told).toEqual([])
  }
}
