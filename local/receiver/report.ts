import type { Answer, Verdict } from './answer.ts'
import { bodyText, printable } from './body-text.ts'

/** One request, and what became of it. */
export interface Reception {
  readonly atMs: number
  readonly method: string
  /** Without the query, which may hold credentials. */
  readonly path: string
  readonly eventType: string | undefined
  readonly id: string | undefined
  /** How many requests of this id have come, this one included. */
  readonly attempt: number
  /** Undefined when it was too large to be kept. */
  readonly body: Buffer | undefined
  readonly verdict: Verdict
  readonly answer: Answer
}

/** The lines to print for a request, the last one ended. */
export function receptionText(reception: Reception): string {
  const { method, path, eventType, id, attempt, body, verdict, answer } = reception
  const lines = [
    `${new Date(reception.atMs).toISOString()} ${method} ${path}`,
    `  event type  ${eventType ?? '(no X-Sourcegraph-Webhook-Event-Type)'}`,
    `  webhook-id  ${id === undefined ? '(none)' : `${id}, attempt ${attempt} of this id seen here`}`,
    ...(body === undefined ? [] : verdictLines(verdict)),
    `  body        ${body === undefined ? 'larger than 1 MiB' : `${body.length} bytes`}`,
    ...(body === undefined ? [] : bodyText(body).split('\n')).map((line) => `    ${line}`),
    `  answer      ${answerText(answer)}`,
  ]
  return `${lines.map(printable).join('\n')}\n\n`
}

function verdictLines(verdict: Verdict): string[] {
  switch (verdict.kind) {
    case 'verified':
      return ['  verified    the signatures fit']
    case 'unchecked':
      return ['  not verified: no --secret given']
    case 'refused':
      return ['  NOT VERIFIED', ...verdict.problems.map((problem) => `    ${problem}`)]
  }
}

function answerText(answer: Answer): string {
  if (answer.kind === 'never') return 'none (--hang)'
  const retryAfter = answer.headers['Retry-After']
  return [
    String(answer.status),
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
    ...(answer.delayMs === 0 ? [] : [`after ${answer.delayMs} ms`]),
  ].join(', ')
}
