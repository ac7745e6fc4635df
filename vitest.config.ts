import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // By default one worker fewer than there are cores: half of a machine with two.
    maxWorkers: '100%',
  },
})
