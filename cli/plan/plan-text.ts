import { styleText } from 'node:util'
import { counted, printable } from '../output.ts'
import type { SecretOrigin } from './creation.ts'
import type { FieldChange } from './difference.ts'
import { countsOf, type Plan, type Step } from './plan.ts'

type Color = 'green' | 'yellow' | 'red'

const marks: Readonly<Record<Step['action'], readonly [string, Color]>> = {
  create: ['+ create', 'green'],
  change: ['~ change', 'yellow'],
  delete: ['- delete', 'red'],
}

/** A plan for people: each step with its fields, then the counts. Colors only where asked for; hidden values never. */
export function planText(plan: Plan, { colors }: { colors: boolean }): string {
  const paint = (color: Color, text: string) =>
    colors ? styleText(color, text, { validateStream: false }) : text
  const steps = plan.steps.map((step) => {
    const [mark, color] = marks[step.action]
    return [
      paint(color, `${mark} ${printable(nameOf(step))}`),
      ...detailsOf(step).map((line) => `    ${line}`),
    ]
  })
  return [...steps.flat(), ...(steps.length === 0 ? [] : ['']), ...summaryOf(plan)]
    .map((line) => `${line}\n`)
    .join('')
}

function nameOf(step: Step): string {
  return step.action === 'create' ? step.url : `${step.id} ${step.url}`
}

function detailsOf(step: Step): string[] {
  if (step.action === 'delete') return ['with its whole log; nothing more is sent to it']
  const lines = step.changes
    .filter(({ field }) => step.action === 'change' || field !== 'url')
    .flatMap((change) => lineOf(change, step.action))
  return (step.action === 'create' ? [...lines, `secret: ${originText(step.secret)}`] : lines).map(printable)
}

function lineOf({ field, from, to, hidden, note }: FieldChange, action: Step['action']): string {
  if (hidden !== undefined) return `${field}: ${hidden}${hidden === 'removed' ? '' : ' (not shown)'}`
  if (action === 'create') return `${field}: ${valueText(to)}`
  if (field !== 'event_types' || !isTexts(from) || !isTexts(to))
    return `${field}: ${valueText(from)} → ${valueText(to)}${note === undefined ? '' : ` (${note})`}`
  const added = to.filter((item) => !from.includes(item)).map((item) => `+${item}`)
  const removed = from.filter((item) => !to.includes(item)).map((item) => `-${item}`)
  return `${field}: ${[...added, ...removed].join(' ')}`
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  return isTexts(value) ? value.join(' ') : JSON.stringify(value)
}

/** Where a secret comes from, in words. */
export function originText(secret: SecretOrigin): string {
  switch (secret.kind) {
    case 'generated':
      return 'made now, shown once'
    case 'given':
      return `from ${secret.from}`
    case 'asked':
      return 'asked for'
  }
}

function summaryOf(plan: Plan): string[] {
  const { to_create, to_change, to_delete, unchanged } = countsOf(plan)
  const deletions = to_delete === 0 ? '' : `, ${to_delete} to delete`
  const stay = plan.left.map(({ id, url }) => printable(`  ${id} ${url}`))
  return [
    ...(stay.length === 0 ? [] : [`Not in the file, so they stay as they are:`, ...stay]),
    ...(plan.uncompared === 0
      ? []
      : [
          `${counted(plan.uncompared, 'value')} not compared, because the server does not show its own: --write-values writes again.`,
        ]),
    `${to_create} to create, ${to_change} to change${deletions}, ${unchanged} unchanged.`,
  ]
}

/** A plan for programs. */
export function planData(plan: Plan) {
  return {
    ...countsOf(plan),
    steps: plan.steps.map((step) => ({
      action: step.action,
      id: step.action === 'create' ? null : step.id,
      url: step.url,
      changes: step.action === 'delete' ? [] : step.changes,
      ...(step.action === 'create' ? { secret: originText(step.secret) } : {}),
    })),
  }
}
