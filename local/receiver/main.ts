import { InvalidSettings } from '../flags.ts'
import { startReceiver } from './receiver.ts'
import { parseReceiverSettings, type ReceiverSettings, receiverHelpText } from './settings.ts'

/** Runs the receiver until SIGTERM or SIGINT. What keeps it from starting is one clear line, and exit code 1. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const settings = parseReceiverSettings(args, process.env)
    if (settings === 'help') {
      process.stdout.write(receiverHelpText())
      return
    }
    await run(settings)
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error
    fail(error.message)
  }
}

async function run(settings: ReceiverSettings): Promise<void> {
  const print = (text: string) => void process.stdout.write(text)
  try {
    const receiver = await startReceiver({ ...settings, print })
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void receiver.close())
    // Whoever reads along, such as `head`, may stop doing so.
    process.stdout.once('error', () => process.exit(0))
    print(readyText(receiver.url, settings))
  } catch (error) {
    fail(whyNot(error, settings))
  }
}

function readyText(url: string, { secret, hang, failFirst, status }: ReceiverSettings): string {
  const verifies =
    secret === undefined
      ? 'Requests are not verified: no --secret given.'
      : 'Requests are verified with the secret given.'
  const deserved = secret === undefined ? '200' : '200, or 401 to a request that does not verify'
  const answers = hang
    ? 'nothing'
    : failFirst > 0
      ? `${status ?? 503} up to attempt ${failFirst} of each webhook-id, then ${deserved}`
      : (status ?? deserved)
  return `Receiving webhooks at ${url}/\n${verifies}\nAnswers: ${answers}.\n\n`
}

function whyNot(error: unknown, { port, host }: ReceiverSettings): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Give another with --port; 0 takes any free one.`
  if (code === 'EACCES') return `Port ${port} may not be listened on by this user. Give another with --port.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `This machine has no address ${host}. Give another with --host.`
  return `The receiver could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function fail(line: string): void {
  process.stderr.write(`${line}\n`)
  process.exitCode = 1
}
