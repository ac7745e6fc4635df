/** What a command has of the machine that it runs on. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether somebody is there to answer questions. */
  readonly isInteractive: boolean
  /** Where progress is drawn; undefined where it is not a screen, which then gets lines instead. */
  readonly screen: NodeJS.WritableStream | undefined
  /** Whether results may be colored. */
  readonly colors: boolean
  /** Results. */
  print(text: string): void
  /** Everything else: notes, questions, errors. */
  note(text: string): void
  /** All of standard input. */
  readInput(): Promise<Buffer>
  /** Asks for a yes or no. */
  confirm(question: string): Promise<boolean>
  /** Asks for a text that is not shown while it is typed. */
  askHidden(question: string): Promise<string>
  /** From this call on Ctrl-C no longer ends the process at once; it aborts the signal instead. A second one ends it. */
  interruption(): AbortSignal
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after that time, or at once when the signal is aborted. */
  pause(durationMs: number, signal?: AbortSignal): Promise<void>
}
