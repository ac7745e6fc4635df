import type { Draw } from './draw.ts'
import { oddValue, treacherousNames } from './odd-values.ts'

/** The same JSON value with one part of it, or a few, made odd: another value, one more field, one less. */
export function spoiled(value: unknown, draw: Draw): unknown {
  const once = changed(value, draw)
  return draw.chance(0.3) ? spoiled(once, draw) : once
}

function changed(value: unknown, draw: Draw): unknown {
  if (typeof value !== 'object' || value === null || draw.chance(0.05)) return oddValue(draw)
  if (Array.isArray(value)) {
    const at = draw.below(value.length + 1)
    return draw.chance(0.2)
      ? [...value, ...value, oddValue(draw)]
      : [...value.slice(0, at), changed(value[at], draw), ...value.slice(at + 1)]
  }
  const entries: [string, unknown][] = Object.entries(value)
  const at = draw.below(entries.length)
  const [name, inner] = entries[at] ?? ['', undefined]
  const rest = entries.filter((_, index) => index !== at)
  return Object.fromEntries(
    draw.of<() => [string, unknown][]>([
      () => [...rest, [name, changed(inner, draw)]],
      () => [...rest, [name, oddValue(draw)]],
      () => rest,
      () => [...entries, [draw.of([draw.of(treacherousNames), draw.word(), ` ${name}`]), oddValue(draw)]],
    ])(),
  )
}
