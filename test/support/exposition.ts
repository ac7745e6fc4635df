import parse from 'parse-prometheus-text-format'
import * as z from 'zod'

const Exposition = z.array(
  z.object({
    name: z.string(),
    help: z.string(),
    type: z.enum(['COUNTER', 'GAUGE', 'HISTOGRAM', 'SUMMARY']),
    metrics: z.array(
      z.object({
        value: z.string().optional(),
        count: z.string().optional(),
        labels: z.record(z.string(), z.string()).optional(),
      }),
    ),
  }),
)

export type Series = ReadonlyMap<string, number>

/** Each series by its name and labels as Prometheus writes them; of a histogram the count of its observations. */
export function seriesOf(text: string): Series {
  return new Map(
    Exposition.parse(parse(text)).flatMap(({ name, metrics }) =>
      metrics.map(({ value, count, labels = {} }) => {
        const written = Object.entries(labels)
          .map(([label, of]) => `${label}="${of}"`)
          .join(',')
        return [written === '' ? name : `${name}{${written}}`, Number(value ?? count)] as const
      }),
    ),
  )
}

/** The names of all metrics. */
export function namesIn(text: string): readonly string[] {
  return Exposition.parse(parse(text)).map(({ name }) => name)
}
