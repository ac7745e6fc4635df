import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { Terminal } from './terminal.ts'

/** The terminal that this process was started in. */
export function processTerminal(environment: Terminal['environment']): Terminal {
  const { stdin, stdout, stderr } = process
  // Questions go to standard error, so that standard output holds results only.
  const asking = { input: stdin, output: stderr }
  return {
    environment,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    screen: stderr.isTTY ? stderr : undefined,
    // https://no-color.org
    colors: stdout.isTTY === true && !environment.NO_COLOR,
    print: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    readInput: () => buffer(stdin),
    confirm: async (message) => {
      const { default: confirm } = await import('@inquirer/confirm')
      return confirm({ message, default: false }, asking)
    },
    askHidden: async (message) => {
      const { default: password } = await import('@inquirer/password')
      return password({ message }, asking)
    },
    interruption: () => {
      const controller = new AbortController()
      void once(process, 'SIGINT').then(() => controller.abort())
      return controller.signal
    },
    now: () => Date.now(),
    pause: async (durationMs, signal) => {
      if (signal?.aborted === true) return
      await wait(durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => {})
    },
  }
}
