import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LineBuffer } from '../../local/line-buffer.ts'

describe('LineBuffer', () => {
  let written: string[]
  let lines: LineBuffer

  beforeEach(() => {
    vi.useFakeTimers()
    written = []
    lines = new LineBuffer((text) => written.push(text))
  })
  afterEach(() => vi.useRealTimers())

  it('writes what came within a tenth of a second in one piece', () => {
    for (const line of ['a', 'b']) lines.add(line)
    vi.advanceTimersByTime(99)
    expect(written).toEqual([])
    vi.advanceTimersByTime(1)
    lines.add('c')
    vi.advanceTimersByTime(100)
    expect(written).toEqual(['a\nb\n', 'c\n'])
  })

  it('writes earlier what is more than a pipe takes well', () => {
    for (let n = 0; n < 20; n++) lines.add('x'.repeat(999))
    expect(written.map(({ length }) => length)).toEqual([17_000])
  })

  it('writes what is left when it is told to, and nothing twice', () => {
    lines.add('a')
    lines.flush()
    lines.flush()
    vi.advanceTimersByTime(100)
    expect(written).toEqual(['a\n'])
  })
})
