import { expect, it } from 'vitest'
import { parseSettings } from '../../local/settings.ts'
import { welcomeText } from '../../local/welcome.ts'

const settings = parseSettings([], {})

it.each([
  [true, /^Console: http:\/\/127\.0\.0\.1:8787\/console\/$/m],
  [false, /^Console: not built\. "npm ci && npm run console:build" builds it/m],
])('tells where the console is, or how to build it (built: %s)', (hasConsole, line) => {
  if (settings === 'help') throw new Error('Settings were asked for, not help.')
  const server = { url: 'http://127.0.0.1:8787', newToken: undefined, hasConsole }
  expect(welcomeText(server, settings)).toMatch(line)
})
