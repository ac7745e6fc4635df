import type { Sealed } from './webhook.ts'

/** Takes text that a cipher wrote for what it is; the one place where the brand is put on. */
export function parseSealed(text: string): Sealed {
  return text as Sealed
}
