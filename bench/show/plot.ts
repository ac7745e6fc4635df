import { type CustomSeriesOption, type EChartsOption, init } from 'echarts'
import { type Figure, isMet } from '../bench.ts'
import { spread } from '../statistics.ts'
import { figureText, targetText } from './words.ts'

const width = 900
const barHeight = 34
// Else it has styles for a mouse.
const still = { silent: true }
const [ink, paper, bar, missed, mark] = ['#1f2328', '#ffffff', '#5b8def', '#d9822b', '#c62828']

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>

/**
 * A plot as SVG text: a bar to each median, a whisker from the least to the most, a red line where the target is. On
 * white paper of its own, so that it reads the same on a dark page.
 */
export function plotSvg({
  title,
  bars,
}: {
  readonly title: string
  readonly bars: readonly Figure[]
}): string {
  const height = 90 + barHeight * bars.length
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption(optionsOf(title, bars))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${plain(svg, title)}\n`
}

/** Without what is there for a mouse, and with a title for those who do not see it. */
function plain(svg: string, title: string): string {
  const escaped = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return svg
    .replace(/<style.*?<\/style>\n?/s, '')
    .replaceAll(/ (class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replace('>', () => ` role="img">\n<title>${escaped}</title>`)
}

function optionsOf(title: string, bars: readonly Figure[]): EChartsOption {
  const spreads = bars.map(({ values }) => spread(values))
  const targets = bars.map(({ target }) =>
    target === undefined ? Number.NaN : 'atMost' in target ? target.atMost : target.atLeast,
  )
  const text = { color: ink, fontFamily: 'system-ui, sans-serif', fontSize: 13 }
  return {
    animation: false,
    backgroundColor: paper,
    textStyle: text,
    title: { text: title, left: 12, top: 10, textStyle: { ...text, fontSize: 15, fontWeight: 'bold' } },
    grid: { left: 330, right: 190, top: 48, bottom: 34 },
    xAxis: {
      type: 'value',
      min: 0,
      max: niceMax([...spreads.map(({ max }) => max), ...targets]),
      axisLabel: text,
      splitLine: { lineStyle: { color: '#d8dee4' } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ label }) => label),
      axisLabel: { ...text, width: 310, overflow: 'truncate' },
      axisTick: { show: false },
    },
    series: [
      {
        type: 'bar',
        ...still,
        emphasis: { disabled: true },
        barWidth: 16,
        data: bars.map((figure, nth) => ({
          value: spreads[nth]?.median ?? 0,
          itemStyle: { color: isMet(figure) === false ? missed : bar },
        })),
      },
      {
        type: 'custom',
        ...still,
        z: 3,
        renderItem: whisker,
        encode: { x: [0, 1], y: 2 },
        data: spreads.map(({ min, max }, nth) => [min, max, nth]),
      },
      {
        type: 'custom',
        ...still,
        z: 4,
        renderItem: line,
        encode: { x: 0, y: 1 },
        data: targets.flatMap((at, nth) => (Number.isNaN(at) ? [] : [[at, nth]])),
      },
      {
        type: 'custom',
        ...still,
        z: 5,
        encode: { x: 0, y: 1 },
        data: bars.map((_, nth) => [0, nth]),
        renderItem: (_, api) => {
          const figure = bars[Number(api.value(1))]
          const [, y = 0] = api.coord([0, api.value(1)])
          if (figure === undefined) return null
          const target = targetText(figure)
          const words = figureText({ ...figure, values: [spread(figure.values).median] })
          return {
            type: 'text',
            x: width - 180,
            y,
            style: {
              text: target === '' ? words : `${words}, ${target}`,
              fill: ink,
              font: '13px system-ui, sans-serif',
              verticalAlign: 'middle',
            },
          }
        },
      },
    ],
  }
}

const whisker: RenderItem = (_, api) => {
  const [from = 0, y = 0] = api.coord([api.value(0), api.value(2)])
  const [to = 0] = api.coord([api.value(1), api.value(2)])
  const stroke = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style: { stroke: ink, lineWidth: 1.5 },
  })
  return {
    type: 'group',
    children: [stroke(from, y, to, y), stroke(from, y - 5, from, y + 5), stroke(to, y - 5, to, y + 5)],
  }
}

const line: RenderItem = (_, api) => {
  const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)])
  return {
    type: 'line',
    shape: { x1: x, y1: y - 14, x2: x, y2: y + 14 },
    style: { stroke: mark, lineWidth: 2.5 },
  }
}

/** The end of an axis that holds all values: 1, 2, 2.5 or 5 times a power of ten. */
export function niceMax(values: readonly number[]): number {
  const most = Math.max(...values.filter(Number.isFinite), 0)
  if (most === 0) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= most) ?? 10) * power
}
