import { defineConfig } from 'vitest/config'

// `npm run test:deploy`: its files end otherwise than those of `npm test`, which needs no Python.
export default defineConfig({
  test: {
    include: ['test/deploy/**/*.journey.ts'],
    globalSetup: ['test/deploy/support/global-setup.ts'],
    setupFiles: ['test/deploy/support/trust-emulator.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Journeys share one deployment. Side by side, one that waits for the sweep holds up no other.
    maxWorkers: 3,
  },
})
