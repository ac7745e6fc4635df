import { MalformedBody } from '../domain/errors.ts'

/**
 * Puts 0 in the place of each `length` and `size` in parsed JSON that is itself an object. zod holds the bounds of a text
 * or a list against the length of whatever came, an object too, and JavaScript throws when it compares some objects
 * (`{"toString": true}`). No schema has a field of these names, so what was refused for them still is.
 * Changes what it is given, and recurses not: JSON may be nested deeper than the stack.
 * @throws MalformedBody at a field named `__proto__`, which zod would pass over in silence.
 */
export function withComparableLengths(json: unknown): unknown {
  const pending = [json]
  while (pending.length > 0) {
    const item = pending.pop()
    if (typeof item !== 'object' || item === null) continue
    if (Object.hasOwn(item, '__proto__'))
      throw new MalformedBody('The body has a field named __proto__: there is none.')
    for (const [name, value] of Object.entries(item)) {
      if (typeof value !== 'object' || value === null) continue
      if (name === 'length' || name === 'size') Reflect.set(item, name, 0)
      else pending.push(value)
    }
  }
  return json
}
