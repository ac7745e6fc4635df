import { type Figure, isMet, type Target } from '../bench.ts'
import { spread } from '../statistics.ts'

/** Median, with the least and the most in brackets where there were several repetitions; then the unit. */
export function figureText({ values, unit, digits = 0 }: Pick<Figure, 'values' | 'unit' | 'digits'>): string {
  if (values.length === 0) return 'not measured'
  const { median, min, max } = spread(values)
  const text = (value: number) => numberText(value, digits)
  const brackets = values.length < 2 ? '' : ` (${text(min)}–${text(max)})`
  return `${text(median)}${brackets}${unit === '' ? '' : ` ${unit}`}`
}

/** `≤ 5 ms`; empty without a target. */
export function targetText({
  target,
  unit,
  digits = 0,
}: Pick<Figure, 'unit' | 'digits'> & { target?: Target | undefined }): string {
  if (target === undefined) return ''
  const [sign, value] = 'atMost' in target ? ['≤', target.atMost] : ['≥', target.atLeast]
  return `${sign} ${numberText(value, Math.max(digits, Number.isInteger(value) ? 0 : 2))}${unit === '' ? '' : ` ${unit}`}`
}

export function verdictText(figure: Figure): string {
  const met = isMet(figure)
  return met === undefined ? '' : met ? 'met' : 'missed'
}

function numberText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value)
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
