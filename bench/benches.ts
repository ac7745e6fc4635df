import type { Bench } from './bench.ts'
import type { BenchName } from './bench-names.ts'
import { bundle } from './bundle.ts'
import { burst } from './burst/bench.ts'
import { cold } from './cold/bench.ts'
import { dollars } from './dollars.ts'
import { manyHosts } from './engine/many-hosts.ts'
import { engine } from './engine/one-origin.ts'
import { fairness } from './fairness.ts'
import { latency } from './latency.ts'
import { log } from './log.ts'
import { throughput } from './throughput.ts'
import { webhooks } from './webhooks.ts'

/** The rows of the table of targets. */
export const benches: Readonly<Record<BenchName, Bench>> = {
  bundle,
  cold,
  engine,
  hosts: manyHosts,
  throughput,
  latency,
  fairness,
  webhooks,
  burst,
  dollars,
  log,
}
