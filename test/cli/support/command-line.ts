import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { run } from '../../../cli/run.ts'
import type { Terminal } from '../../../cli/terminal.ts'

const Thing = z.record(z.string(), z.unknown())

/** What a command left behind. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** The result of `--json`. */
  json(): unknown
  /** A field of it that is text. */
  text(field: string): string
  /** The items of a list in it. */
  data(): Readonly<Record<string, unknown>>[]
}

export interface Circumstances {
  readonly input?: string | Buffer
  readonly environment?: Readonly<Record<string, string>>
  /** Somebody is there, and answers questions so, in this order; by a function what is done before answering. */
  readonly answers?: readonly (string | boolean | (() => Promise<boolean>))[]
  readonly stop?: AbortSignal
  /** Called with every text as it is printed or noted. */
  readonly onText?: (text: string) => void
  readonly now?: () => number
  /** Waits are as long as they say unless this is given: then they take so many milliseconds. */
  readonly pauseMs?: number
  /** Whether the screen shows colors. */
  readonly colors?: boolean
}

/** The command line as its user has it, in this process: with a home of its own and no more than it is given. */
export class CommandLine {
  readonly home = mkdtempSync(join(tmpdir(), 'webhooks-cli-'))
  readonly questions: string[] = []
  readonly #environment: Readonly<Record<string, string>>

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.#environment = environment
  }

  /** Runs one command. */
  async run(args: readonly string[], circumstances: Circumstances = {}): Promise<Ran> {
    const texts = { out: '', err: '' }
    const code = await run(args, this.#terminal(circumstances, texts))
    const json = (): unknown => JSON.parse(texts.out)
    return {
      code,
      ...texts,
      json,
      text: (field) => z.string().parse(Thing.parse(json())[field]),
      data: () => z.object({ data: z.array(Thing) }).parse(json()).data,
    }
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  #terminal(circumstances: Circumstances, texts: { out: string; err: string }): Terminal {
    const {
      input = '',
      environment = {},
      answers,
      stop,
      onText = () => {},
      now = Date.now,
      pauseMs,
      colors = false,
    } = circumstances
    const left = [...(answers ?? [])]
    const answer = async (question: string) => {
      this.questions.push(question)
      const next = left.shift()
      if (next === undefined) throw new Error(`Nobody answers: ${question}`)
      return typeof next === 'function' ? next() : next
    }
    return {
      environment: { HOME: this.home, ...this.#environment, ...environment },
      isInteractive: answers !== undefined,
      screen: undefined,
      colors,
      print: (text) => {
        texts.out += text
        onText(text)
      },
      note: (text) => {
        texts.err += text
        onText(text)
      },
      readInput: async () => Buffer.from(input),
      confirm: async (question) => (await answer(question)) === true,
      askHidden: async (question) => String(await answer(question)),
      interruption: () => stop ?? new AbortController().signal,
      now,
      pause: async (durationMs, signal) => {
        await wait(pauseMs ?? durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => {})
      },
    }
  }
}

/** A command line that is logged in at that server by its environment, as in a script. */
export function commandLineFor(url: string, token: string): CommandLine {
  return new CommandLine({ OUTGOING_WEBHOOKS_URL: url, OUTGOING_WEBHOOKS_TOKEN: token })
}
