import * as z from 'zod'

// What comes by `-c name=value` is text, what stands in cdk.json has its type: both are taken.

/** True or false. */
export const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('must be true or false.'),
)
/** A whole number within bounds, both included. */
export const whole = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z
      .int(`must be a whole number, ${least} to ${most}.`)
      .min(least, `must be at least ${least}.`)
      .max(most, `must be at most ${most}.`),
  )
/** A list, or text with commas. */
export const list = <Entry extends z.ZodType>(entry: Entry) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : value,
    z.array(entry, 'must be a list, or text with commas.'),
  )
/** An object, or its JSON. */
export const record = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => (typeof value === 'string' ? jsonOf(value) : value), shape)
/** Text that the function reads without throwing; what it throws is what is told. */
export const readableAs = (read: (text: string) => unknown) =>
  z.string('must be text.').superRefine((text, context) => {
    try {
      read(text)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error))
    }
  })
/** An id of AWS: the prefix, a hyphen, and hexadecimal digits. */
export const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`), `must be an id such as ${prefix}-0abc123.`)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
