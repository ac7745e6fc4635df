import type { Terminal } from './terminal.ts'

/** Shows how far something is: a bar on a screen, elsewhere a line whenever a tenth more is done. */
export interface Progress {
  /** `share`: 0 to 1; `text` says in figures what has been done. */
  show(share: number, text: string): void
  end(): void
}

export async function startProgress({ screen, note }: Terminal): Promise<Progress> {
  if (screen === undefined) return lines(note)
  const { SingleBar } = await import('cli-progress')
  const bar = new SingleBar({
    stream: screen,
    format: '{bar} {percentage} % {text}',
    barCompleteChar: '#',
    barIncompleteChar: '.',
    hideCursor: true,
  })
  bar.start(100, 0, { text: '' })
  return {
    show: (share, text) => bar.update(Math.floor(share * 100), { text }),
    end: () => bar.stop(),
  }
}

function lines(note: (text: string) => void): Progress {
  let tenths = -1
  return {
    show: (share, text) => {
      if (Math.floor(share * 10) <= tenths) return
      tenths = Math.floor(share * 10)
      note(`${Math.floor(share * 100)} % ${text}\n`)
    },
    end: () => {},
  }
}
