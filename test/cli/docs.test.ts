import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { CommandLine } from './support/command-line.ts'

/** The commands in the shell blocks of a document, without the program's name and comments. */
function commandsIn(path: string): string[] {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
    ([, block = '']) => block,
  )
  return blocks
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /^(?:outgoing-webhooks|npm run cli --) (.*?)(?: +#.*)?$/.exec(line)?.[1] ?? [])
}

describe('the documents', () => {
  const cli = new CommandLine()
  afterAll(() => cli.remove())
  const commands = ['README.md', 'docs/cli.md', 'docs/infrastructure-as-code.md'].flatMap((path) =>
    commandsIn(path).map((command) => [path, command] as const),
  )

  it('show commands', () => {
    expect(commands.length).toBeGreaterThan(10)
  })

  it.each(commands)('%s: there is "%s"', async (_path, command) => {
    const words = command.split(' ').filter((word) => word !== '')
    const end = words.findIndex((word) => /^-|^[a-z]+_|\./.test(word))
    const names = end === -1 ? words : words.slice(0, end)
    const help = await cli.run([...names, '--help'])
    expect(help.code).toBe(0)
    expect(help.out).toContain(`Usage: outgoing-webhooks ${names[0]}`)
    for (const flag of words.filter((word) => word.startsWith('--'))) expect(help.out).toContain(flag)
  })
})
