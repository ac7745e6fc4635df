/** All benches, in the order in which they run. */
export const benchNames = [
  'bundle',
  'cold',
  'engine',
  'hosts',
  'throughput',
  'latency',
  'fairness',
  'webhooks',
  'burst',
  'dollars',
  'log',
] as const
export type BenchName = (typeof benchNames)[number]
