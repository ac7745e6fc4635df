/** What a command's exit code says. */
export const exitCodes = {
  ok: 0,
  /** It was done, and the outcome is bad: a test failed, a signature does not verify. Or it was not confirmed. */
  failed: 1,
  /** The command line cannot be read as a command. */
  usage: 2,
  /** The API refused, or there is no such thing. */
  refused: 3,
  /** The API could not be reached or cannot answer now, or nobody is logged in. */
  unreachable: 4,
  /** A dry run found something to do. */
  differs: 10,
} as const

/** A command that cannot go on; the message says what to do, and `exitCode` is the process's. */
export abstract class CommandError extends Error {
  abstract readonly exitCode: number
  /** What `--json` shows of it beside the message. */
  readonly facts: Readonly<Record<string, unknown>> = {}
}

export class Failed extends CommandError {
  override name = 'Failed'
  readonly exitCode = exitCodes.failed
}

export class Usage extends CommandError {
  override name = 'Usage'
  readonly exitCode = exitCodes.usage
}

/** The API said no. `facts` is its problem document. */
export class Refused extends CommandError {
  override name = 'Refused'
  readonly exitCode = exitCodes.refused
  readonly status: number
  override readonly facts: Readonly<Record<string, unknown>>
  constructor(message: string, { status, facts = {} }: { status: number; facts?: Record<string, unknown> }) {
    super(message)
    this.status = status
    this.facts = facts
  }
}

export class Unreachable extends CommandError {
  override name = 'Unreachable'
  readonly exitCode = exitCodes.unreachable
}

/** A dry run found something to do, and did nothing. */
export class Differs extends CommandError {
  override name = 'Differs'
  readonly exitCode = exitCodes.differs
}
