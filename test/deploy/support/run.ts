import { spawn } from 'node:child_process'

export interface Running {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
}

/**
 * Runs a program to its end; resolves with what it printed. Rejects, with the last of that, when it fails, cannot be
 * started, or takes longer than `timeoutMs`.
 */
export function run(program: string, args: readonly string[], running: Running): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...running.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not the option `timeout`: its timer outlives a program that could not be started.
      signal: AbortSignal.timeout(running.timeoutMs),
    })
    let printed = ''
    const keep = (chunk: Buffer) => {
      printed += String(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(printed)
      const command = [program, ...args].join(' ')
      reject(new Error(`${command}\nended with ${code ?? signal}:\n${printed.slice(-4_000)}`))
    })
  })
}
