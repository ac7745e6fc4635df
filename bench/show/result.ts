import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Bench, isMet, type Outcome } from '../bench.ts'
import type { Conditions } from '../conditions.ts'
import { plotSvg } from './plot.ts'
import { markdownText } from './table.ts'

/** A bench's outcome with its name and what it is held to. */
export type BenchResult = Pick<Bench, 'name' | 'target'> & Outcome & { readonly seconds: number }

const results = fileURLToPath(new URL('../results', import.meta.url))
const docs = fileURLToPath(new URL('../../docs', import.meta.url))
const begin = '<!-- What follows is written by npm run bench -- --docs. -->'
const end = '<!-- End of what is written. -->'

/** Writes `bench/results/<name>.json` and the plot beside it. */
export function writeResult(result: BenchResult, conditions: Conditions): void {
  mkdirSync(results, { recursive: true })
  const figures = result.figures.map((figure) => ({ ...figure, met: isMet(figure) ?? null }))
  const { details, ...shown } = { ...result, figures }
  writeFileSync(
    `${results}/${result.name}.json`,
    `${JSON.stringify({ ...shown, conditions, details }, null, 2)}\n`,
  )
  writeFileSync(`${results}/${result.name}.svg`, plotSvg(result.plot))
}

/** Puts a whole run into docs/performance.md, and its plots into docs/plots. */
export function writeDocs(all: readonly BenchResult[], conditions: Conditions): void {
  mkdirSync(`${docs}/plots`, { recursive: true })
  for (const { name, plot } of all) writeFileSync(`${docs}/plots/${name}.svg`, plotSvg(plot))
  const page = `${docs}/performance.md`
  writeFileSync(page, replacedPart(readFileSync(page, 'utf8'), markdownText(all, conditions, 'plots')))
}

/** The text with what stands between the two marks replaced. Throws when they are not there. */
export function replacedPart(text: string, part: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from)
    throw new Error(`docs/performance.md must hold the lines "${begin}" and "${end}".`)
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`
}
