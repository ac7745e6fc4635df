import { type Bench, type Figure, ratios } from '../bench.ts'
import { measureCold } from './main.ts'

/** Cold starts of what is on an event's way. */
export const cold: Bench = {
  name: 'cold',
  target: 'import + first AWS call of ingest and deliver ≤ 0.45 × the ordinary stack',
  run: async ({ quick, repetitions }) => {
    const starts = await measureCold(repetitions ?? (quick ? 3 : 15))
    const bars = starts.map(
      ({ name, cold }): Figure => ({
        label: name === 'ordinary' ? 'ordinary stack' : name,
        unit: 'ms',
        digits: 1,
        values: cold,
      }),
    )
    const [ordinary, ...ours] = starts
    const shares = ours.map(
      ({ name, cold }): Figure => ({
        ...{
          label: `${name} ÷ ordinary stack`,
          unit: '×',
          digits: 2,
          values: ratios(cold, ordinary?.cold ?? []),
        },
        target: { atMost: 0.45 },
      }),
    )
    return {
      figures: [...bars, ...shares],
      plot: { title: 'From loading a function to the answer of its first call to AWS', bars },
      notes: [
        'Each in a process of its own, by turns; AWS is a server on this machine that answers at once. The ordinary stack is the SDK as it comes in ES modules, zod whole, middy and three Powertools. Nothing here ran in Lambda.',
      ],
      details: starts,
    }
  },
}
