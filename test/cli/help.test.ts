import type { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { processTerminal } from '../../cli/process-terminal.ts'
import { programFor } from '../../cli/program.ts'
import { version } from '../../functions/version.ts'
import { CommandLine } from './support/command-line.ts'

function leaves(command: Command, path: readonly string[] = []): string[][] {
  const children = command.commands.flatMap((child) => leaves(child, [...path, child.name()]))
  return command.commands.length === 0 || path[0] === 'replay' ? [[...path], ...children] : children
}

describe('help', () => {
  const cli = new CommandLine()
  afterAll(() => cli.remove())
  const commands = leaves(programFor(processTerminal({})))

  it.each(commands.map((path) => [path.join(' '), path] as const))(
    'of "%s" has a sentence and an example',
    async (_name, path) => {
      const { code, out, err } = await cli.run([...path, '--help'])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(/^Usage: outgoing-webhooks .*\n\n[A-Z][\s\S]*\.\n/)
      expect(out).toMatch(new RegExp(`Examples?:\\n[\\s\\S]*\\$ .*outgoing-webhooks ${path.join(' ')}`))
      expect(out).toContain('--json')
    },
  )

  it('lists all groups, how to begin, and the exit codes', async () => {
    const { code, out } = await cli.run(['--help'])
    expect(code).toBe(0)
    for (const text of [
      'login',
      'health',
      'webhooks',
      'events',
      'deliveries',
      'replay',
      'verify',
      'load-test',
      'export',
      'apply',
      'import',
      'sources',
      'tokens',
      'Exit codes: 0 done',
    ])
      expect(out).toContain(text)
  })

  it.each([[['help', 'webhooks']], [['webhooks', 'help', 'create']], [['webhooks', '-h']]])(
    'answers %j',
    async (args) => {
      expect(await cli.run(args)).toMatchObject({ code: 0, out: expect.stringContaining('Usage: ') })
    },
  )

  it.each([
    [[]],
    [['webhooks']],
    [['webhook', 'lits']],
    [['webhooks', 'show']],
    [['webhooks', 'list', '--nope']],
  ])('is shown for wrong usage: %j', async (args) => {
    const { code, out, err } = await cli.run(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/--help/)
  })

  it('comes with a suggestion for a misspelt command', async () => {
    expect((await cli.run(['verfy'])).err).toContain('Did you mean verify?')
  })

  it('knows the version', async () => {
    expect(await cli.run(['--version'])).toMatchObject({ code: 0, out: `${version}\n` })
  })
})
