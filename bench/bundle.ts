import { mkdtempSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundleOptions } from '../lib/bundle-options.ts'
import { functionNames } from '../lib/function-names.ts'
import type { Bench, Figure } from './bench.ts'

const onTheWay: readonly string[] = ['ingest', 'fanOut', 'deliver', 'sweep']

/** How large the functions are as they are deployed. */
export const bundle: Bench = {
  name: 'bundle',
  target:
    "each function's bytes are a budget in CI: deliver, ingest, fan-out, sweep ≤ 260 KB; none above 400 KB",
  run: async ({ parent }) => {
    const folder = mkdtempSync(join(parent, 'bundles-'))
    const bars = await Promise.all(
      functionNames.map(async (name): Promise<Figure> => {
        const outfile = join(folder, `${name}.cjs`)
        await build({ ...bundleOptions(name === 'fanOut' ? 'fan-out' : name), outfile })
        const target = { atMost: onTheWay.includes(name) ? 260 : 400 }
        return { label: name, unit: 'KiB', values: [statSync(outfile).size / 1_024], target }
      }),
    )
    return {
      figures: bars,
      plot: { title: 'Bytes of each function', bars },
      notes: ['The budgets that fail a build are in test/lib/bundle.test.ts.'],
      details: null,
    }
  },
}
