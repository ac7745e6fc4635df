import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Figure } from '../../bench/bench.ts'
import { benchNames } from '../../bench/bench-names.ts'
import type { Conditions } from '../../bench/conditions.ts'
import { niceMax, plotSvg } from '../../bench/show/plot.ts'
import { type BenchResult, replacedPart } from '../../bench/show/result.ts'
import { markdownText, tableText } from '../../bench/show/table.ts'

const figures: readonly Figure[] = [
  { label: 'engine & guard', unit: 'µs', values: [80, 90, 100], digits: 1, target: { atMost: 85 } },
  { label: 'bare <loop>', unit: 'µs', values: [60], digits: 1 },
]
const result: BenchResult = {
  name: 'engine',
  target: 'as fast as can be',
  seconds: 1,
  figures,
  plot: { title: 'CPU of a delivery', bars: figures },
  notes: ['By turns.'],
  details: null,
}
const conditions: Conditions = {
  date: '2026-11-24T23:00:00.000Z',
  cpu: 'A processor',
  cores: 2,
  memoryBytes: 24 * 2 ** 30,
  kernel: 'Linux 6.1-of-somebody',
  node: 'v24.21.0',
  commit: 'abc',
  data: 'a folder',
}

describe('the table', () => {
  it('has a line for each figure, with target and verdict, and the notes below', () => {
    const lines = tableText([result]).split('\n')
    expect(lines[1]).toMatch(
      /^engine {2}engine & guard {2}90\.0 \(80\.0–100\.0\) µs {2}≤ 85\.0 µs {2}missed$/,
    )
    expect(lines[2]).toMatch(/^ {8}bare <loop> +60\.0 µs$/)
    expect(lines).toContain('engine: By turns.')
  })

  it('stands in the docs with conditions and plot', () => {
    const text = markdownText([result], conditions, 'plots')
    expect(text).toContain(
      'Measured on 2026-11-24: A processor, 2 cores, 24 GB, Linux 6.1, Node 24.21.0, commit abc',
    )
    expect(text).toContain('| engine | engine & guard | 90.0 (80.0–100.0) µs | ≤ 85.0 µs | missed |')
    expect(text).toContain('![CPU of a delivery](plots/engine.svg)')
  })

  it('takes the place of the last run, and of nothing else', () => {
    const marks = [
      '<!-- What follows is written by npm run bench -- --docs. -->',
      '<!-- End of what is written. -->',
    ]
    const page = `before\n${marks[0]}\nold\n${marks[1]}\nafter`
    expect(replacedPart(page, 'new')).toBe(`before\n${marks[0]}\n\nnew\n\n${marks[1]}\nafter`)
    expect(replacedPart(replacedPart(page, 'new'), 'new')).toBe(replacedPart(page, 'new'))
    expect(() => replacedPart('no marks', 'new')).toThrow(/must hold the lines/)
  })

  it('has its place in docs/performance.md, which names every bench', () => {
    const page = readFileSync('docs/performance.md', 'utf8')
    expect(replacedPart(page, 'new')).toContain('## The latest run')
    for (const name of benchNames) expect(page, name).toContain(`| \`${name}\` |`)
  })
})

describe('a plot', () => {
  const svg = plotSvg(result.plot)

  it('is an SVG document of its own with every label, figure and target', () => {
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    for (const text of [
      'CPU of a delivery',
      'engine &amp; guard',
      'bare &lt;loop&gt;',
      '90.0 µs, ≤ 85.0 µs',
      '60.0 µs',
    ])
      expect(svg).toContain(text)
  })

  it('is dark ink on white paper, whatever the page is', () => {
    expect(svg).toContain('<rect width="900" height="158" x="0" y="0" fill="#ffffff"')
    expect(svg).not.toMatch(/fill="#(fff|ffffff)"[^>]*>[^<]+<\/text>/)
  })

  it('shows a missed target in another colour', () => {
    expect(svg).toContain('#d9822b')
    expect(plotSvg({ ...result.plot, bars: figures.slice(1) })).not.toContain('#d9822b')
  })

  it('is the same for the same figures, and has nothing in it that answers a mouse', () => {
    expect(plotSvg(result.plot)).toBe(svg)
    expect(svg).not.toMatch(/<style|hover|class=/)
  })

  it('has a title for those who do not see it', () => {
    expect(svg).toMatch(/^<svg [^>]* role="img">\n<title>CPU of a delivery<\/title>/)
  })

  it.each([
    [[0, Number.NaN], 1],
    [[0.31], 0.4],
    [[99], 100],
    [[101, 3], 150],
  ])('has an axis for %j up to %d', (values, most) => {
    expect(niceMax(values)).toBeCloseTo(most)
  })
})
