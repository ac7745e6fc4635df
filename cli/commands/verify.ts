import { each, pastTime } from '../arguments.ts'
import { Failed, Usage } from '../errors.ts'
import { fileAt, secretFrom } from '../secret-text.ts'
import type { CommandGroup, Session } from '../session.ts'
import { type CapturedRequest, readCaptured, readHeaders } from '../verify/captured-request.ts'
import { diagnose, type Verdict } from '../verify/diagnosis.ts'

interface VerifyOptions {
  readonly header?: readonly string[]
  readonly body?: string
  readonly secretFile?: string
  readonly previousSecretFile?: string
  readonly receivedAt?: string
}

/** `verify`: why a receiver refuses a request. Needs no login and no network. */
export const verifyCommand: CommandGroup = (program, open) => {
  program
    .command('verify')
    .description(
      'Why does my receiver refuse this? Checks a captured request against a secret. Works offline.',
    )
    .argument(
      '[file]',
      'the request: raw HTTP, or JSON with headers and body; - or nothing for standard input',
    )
    .option('--header <name: value>', 'a header, instead of a file; several times', each)
    .option('--body <file>', 'the body that goes with --header; - for standard input')
    .option(
      '--secret-file <file>',
      'the signing secret; - for standard input. Else WEBHOOK_SECRET, else you are asked',
    )
    .option(
      '--previous-secret-file <file>',
      'the secret before it was changed, to be tried too (or WEBHOOK_PREVIOUS_SECRET)',
    )
    .option(
      '--received-at <time>',
      'when the receiver got it: a time, or how long ago; without it now',
      pastTime,
    )
    .addHelpText(
      'after',
      `
It says for each signature whether it fits and, by trying what usually goes wrong, why not: a body that was parsed and
written again, a secret with a line end, a prefix, an old timestamp, a missing header.

Examples:
  $ outgoing-webhooks verify captured.txt
  $ WEBHOOK_SECRET=… outgoing-webhooks verify captured.txt --received-at 2026-11-23T14:20:00Z
  $ outgoing-webhooks verify --body body.json --header 'webhook-id: evt_…' --header 'webhook-timestamp: 1795443600' \\
      --header 'webhook-signature: v1,…' --header 'X-Sourcegraph-Webhook-Signature: …'

Exit code 0 when all signatures verify, 1 when one does not.`,
    )
    .action(async (file: string | undefined, options: VerifyOptions, command) =>
      verify(open(command), file, options),
    )
}

async function verify(session: Session, file: string | undefined, options: VerifyOptions): Promise<void> {
  const { terminal } = session
  const fromInput = [
    options.header === undefined ? (file ?? '-') : options.body,
    options.secretFile,
    options.previousSecretFile,
  ]
  if (fromInput.filter((path) => path === '-').length > 1)
    throw new Usage('Only one thing can come from standard input.')
  const request = await requestFrom(session, file, options)
  const secret = await secretOf(session, options, fromInput[0] === '-')
  const previous =
    options.previousSecretFile === undefined
      ? terminal.environment.WEBHOOK_PREVIOUS_SECRET || undefined
      : await secretFrom(terminal, options.previousSecretFile)
  const receivedAt = options.receivedAt === undefined ? terminal.now() : Date.parse(options.receivedAt)
  const diagnosis = diagnose(request, { secret, previous, receivedAt })
  session.print({ ...diagnosis, notes: request.notes }, () =>
    [...diagnosis.verdicts.map(verdictText), ...request.notes.map((note) => `Note: ${note}\n`)].join(''),
  )
  if (!diagnosis.verifies) throw new Failed('It does not verify.')
}

async function requestFrom(
  { terminal }: Session,
  file: string | undefined,
  { header, body }: VerifyOptions,
): Promise<CapturedRequest> {
  const bytesOf = (path: string) => (path === '-' ? terminal.readInput() : fileAt(path))
  if (header === undefined) {
    if (body !== undefined)
      throw new Usage('--body goes with --header. For a whole request give its file alone.')
    if (file === undefined && terminal.isInteractive)
      throw new Usage('Name the file that holds the request, or pipe it in.')
    return readCaptured(await bytesOf(file ?? '-'))
  }
  if (file !== undefined) throw new Usage('Give the request as a file, or as --header and --body.')
  if (body === undefined) throw new Usage('--header goes with --body <file>.')
  return { headers: readHeaders(header), body: await bytesOf(body), notes: [] }
}

async function secretOf(
  { terminal }: Session,
  { secretFile }: VerifyOptions,
  inputIsTaken: boolean,
): Promise<string> {
  const secret =
    secretFile === undefined
      ? terminal.environment.WEBHOOK_SECRET ||
        (terminal.isInteractive && !inputIsTaken ? await terminal.askHidden('Signing secret:') : '')
      : await secretFrom(terminal, secretFile)
  if (secret === '') throw new Usage('The signing secret is missing: give --secret-file or WEBHOOK_SECRET.')
  return secret
}

function verdictText({ header, verifies, reasons }: Verdict): string {
  return [
    `${header}: ${verifies ? 'verifies' : 'DOES NOT VERIFY'}`,
    ...reasons.map((reason) => `  ${reason}`),
    '',
  ].join('\n')
}
