import type { Conditions } from '../conditions.ts'
import type { BenchResult } from './result.ts'
import { figureText, targetText, verdictText } from './words.ts'

/** All results as a table for a terminal. */
export function tableText(results: readonly BenchResult[]): string {
  const rows = [['bench', 'figure', 'median (least–most)', 'target', ''], ...results.flatMap(rowsOf)]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const notes = results.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`))
  return [...rows.map(line), '', ...notes, ''].join('\n')
}

/** The part of docs/performance.md that a run writes: conditions, a table, the plots. */
export function markdownText(results: readonly BenchResult[], conditions: Conditions, plots: string): string {
  const rows = results
    .flatMap(rowsOf)
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
  return [
    conditionsText(conditions),
    '',
    '| bench | figure | median (least–most) | target | |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...results.flatMap(({ name, notes }) =>
      notes.length === 0 ? [] : [`- **${name}**: ${notes.join(' ')}`],
    ),
    '',
    ...results.map(({ name, plot }) => `![${plot.title}](${plots}/${name}.svg)`),
  ].join('\n')
}

/** Under what a run was made, in one paragraph. */
export function conditionsText({
  date,
  cpu,
  cores,
  memoryBytes,
  kernel,
  node,
  commit,
  data,
}: Conditions): string {
  const gigabytes = Math.round(memoryBytes / 2 ** 30)
  return `Measured on ${date.slice(0, 10)}: ${cpu}, ${cores} cores, ${gigabytes} GB, ${kernel.split('-')[0]}, Node ${node.replace('v', '')}, commit ${commit ?? 'unknown'}; data in ${data}.`
}

function rowsOf(result: BenchResult): string[][] {
  return result.figures.map((figure, nth) => [
    nth === 0 ? result.name : '',
    figure.label,
    figureText(figure),
    targetText(figure),
    verdictText(figure),
  ])
}
