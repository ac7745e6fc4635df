import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it.each(['--help', '0', '1e3', 'many'])(
  'npm run faults asks for a number of events, not for "%s"',
  (events) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/faults.js', events], {
      encoding: 'utf8',
      timeout: 10_000,
    })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toBe('Give how many events each fault is to have: npm run faults -- 1000\n')
  },
)
