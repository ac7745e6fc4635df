import { CommandError, exitCodes } from './errors.ts'
import type { FileProblem, ReadText } from './webhook-file/yaml-text.ts'

/** A file that cannot be taken as it is: every problem with its line. */
export class BadFile extends CommandError {
  override name = 'BadFile'
  readonly exitCode = exitCodes.usage
  override readonly facts: Readonly<Record<string, unknown>>

  constructor(
    file: string,
    { problems, lineOf }: { problems: readonly FileProblem[]; lineOf: ReadText['lineOf'] },
  ) {
    const located = problems
      .map(({ path, detail, line }) => ({ line: line ?? lineOf(path), field: fieldText(path), detail }))
      .toSorted((one, other) => one.line - other.line)
    super(
      [
        ...located.map(
          ({ line, field, detail }) => `${file}:${line}: ${field === '' ? '' : `${field}: `}${detail}`,
        ),
        'Nothing was done.',
      ].join('\n'),
    )
    this.facts = { file, problems: located }
  }
}

function fieldText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
}
