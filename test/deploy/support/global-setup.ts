import type { TestProject } from 'vitest/node'
import { bootstrap, deploy, type Outputs, type Place } from './cdk.ts'
import { emulatorDiffers } from './emulated-template.ts'
import { startEmulator } from './emulator.ts'

/** The stage of the shared deployment: as in development, and receivers may be on this machine. */
export const stage = 'development'
export const settings = {
  allowHttp: 'true',
  allowedNetworks: '127.0.0.0/8',
  allowedPorts: '*',
  retrySchedule: '0s,1s,1s',
}

declare module 'vitest' {
  interface ProvidedContext {
    emulator: Place & { readonly url: string; readonly authority: string }
    outputs: Outputs
  }
}

/** Brings up the emulator and deploys into it, once for all journeys; ends and removes everything afterwards. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { stop, ...emulator } = await startEmulator()
  try {
    await bootstrap(emulator)
    for (const difference of emulatorDiffers) process.stdout.write(`${difference}\n`)
    provide('emulator', emulator)
    provide('outputs', await deploy(emulator, { stage, settings }))
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}
