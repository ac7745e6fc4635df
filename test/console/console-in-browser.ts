import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import type { ApiClient } from '../support/api-client.ts'
import { type Answer, startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { adminToken } from '../support/server.ts'
import { browserPath, complaintsOf, launchBrowser, needsBrowser, signIn } from './browser.ts'
import { type ConsoleServer, startConsoleServer } from './console-server.ts'

interface Running {
  readonly server: ConsoleServer
  readonly browser: Browser
  readonly receiver: TestReceiver
}

/**
 * The console of a server of its own in a browser, and a receiver. What a test opens is closed after it, and the test fails
 * when a page complained of something (`complaintsOf`).
 */
export class ConsoleInBrowser {
  #running: Running | undefined
  #pages: Page[] = []
  #complaints: (readonly string[])[] = []

  /** `answer` is the receiver's. */
  constructor(answer?: Answer) {
    beforeAll(async () => {
      this.#running = {
        server: await startConsoleServer(),
        browser: await launchBrowser(),
        receiver: await startTestReceiver(answer),
      }
    })
    afterEach(async () => {
      const [pages, complaints] = [this.#pages, this.#complaints.flat()]
      this.#pages = []
      this.#complaints = []
      await Promise.all(pages.map((page) => page.close()))
      expect(complaints).toEqual([])
    })
    afterAll(async () => {
      await this.#running?.browser.close()
      await this.#running?.receiver.close()
      await this.#running?.server.remove()
    })
  }

  /** The API of its server, as an admin. */
  get api(): ApiClient {
    return this.#isRunning.server.api
  }

  get receiver(): TestReceiver {
    return this.#isRunning.receiver
  }

  /** The address of a page of the console, `#/webhooks`; without one that of its first. */
  at(hash = ''): string {
    return `${this.#isRunning.server.consoleUrl}${hash}`
  }

  /** A page with nothing in it. */
  async newPage(): Promise<Page> {
    const page = await this.#isRunning.browser.newPage()
    this.#pages.push(page)
    this.#complaints.push(complaintsOf(page))
    return page
  }

  /** A page of the console, signed in. */
  async open(hash = '', token = adminToken): Promise<Page> {
    const page = await this.newPage()
    await signIn(page, this.at(), token)
    if (hash !== '') await page.goto(this.at(hash))
    return page
  }

  get #isRunning(): Running {
    if (this.#running === undefined) throw new Error('A test has the console, and nothing else.')
    return this.#running
  }
}

/** A `describe` of what the console does in a browser; skipped, and saying so, where there is none. */
export const describeInBrowser = (what: string, tests: () => void): void => {
  describe.skipIf(browserPath === undefined)(`${what}${needsBrowser}`, tests)
}
