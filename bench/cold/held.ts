import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'
import { holdToShare, shareOf256Megabytes } from './cpu-share.ts'
import type { FirstRequest } from './variants.ts'

const firstCall = fileURLToPath(new URL('first-call.mjs', import.meta.url))
/** What begins while a function is loaded is over by then, as it is when INIT ends. */
const initMs = 300
const Answered = z.object({ ms: z.number(), answer: z.optional(z.record(z.string(), z.unknown())) })

/**
 * Milliseconds that a function's first invocation takes once it is loaded, with the processor that Lambda gives to one of
 * 256 MB. What it does while it is loaded has a whole processor, as in INIT. Rejects when it is not answered as it should be.
 */
export async function firstInvocationMs(
  file: string,
  { request, answer: wanted }: FirstRequest,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(process.execPath, [firstCall, file, JSON.stringify(request)], {
    ...{ env, timeout: 60_000, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  })
  try {
    await messageOf(child)
    await pause(initMs)
    const release = holdToShare(child, shareOf256Megabytes)
    child.send('go')
    const { ms, answer = {} } = z.parse(Answered, await messageOf(child))
    release()
    const has = (name: string) => JSON.stringify(answer[name]) === JSON.stringify(wanted[name])
    if (!Object.keys(wanted).every(has)) throw new Error(`${file} answered ${JSON.stringify(answer)}.`)
    return ms
  } finally {
    child.kill('SIGKILL')
  }
}

/** Rejects when the process ends instead. */
function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code, signal) =>
      reject(new Error(`A function's process ended with ${code ?? signal}.`)),
    )
  })
}
