import * as z from 'zod'

/** Fields that many requests and replies share. */

export const Time = z.iso
  .datetime()
  .meta({ description: 'RFC 3339, UTC', example: '2026-11-23T14:20:00.000Z' })

/** A time in a query, as milliseconds since 1970. */
export const QueryTime = z.iso
  .datetime({ offset: true, message: 'must be a time such as 2026-11-23T14:20:00Z.' })
  .transform((text) => Date.parse(text))

export const Limit = z.coerce
  .number('must be a whole number from 1 to 100.')
  .int('must be a whole number from 1 to 100.')
  .min(1, 'must be a whole number from 1 to 100.')
  .max(100, 'must be a whole number from 1 to 100.')
  .default(20)
  .meta({ description: 'Most items on the page' })

/** `true` or `false` in a query. */
export const Flag = z.enum(['true', 'false'], 'must be true or false.').transform((text) => text === 'true')

/** Where a page ended, as text that only we read. */
export function cursorOf(position: string | undefined): string | null {
  return position === undefined ? null : Buffer.from(position).toString('base64url')
}

/** A cursor that `cursorOf` wrote around a position that looks like `form`. */
export function Cursor(form: RegExp) {
  return z
    .string()
    .transform((text) => Buffer.from(text, 'base64url').toString('utf8'))
    .refine((position) => form.test(position), 'is not a next_cursor of this list.')
    .optional()
    .meta({ description: "A page's next_cursor; absent for the first page" })
}

/** A list's envelope. */
export function Page<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().meta({
      description:
        'Ask with it for the next page, which may exist though this one is not full; null at the end',
    }),
  })
}

/** The path parameter of a thing with that kind of id. An id of another form is simply not there (404), so any text passes. */
export function IdParam(example: string) {
  return z.object({ id: z.string().meta({ example }) })
}

export const webhookCursor = Cursor(/^whk_[0-9a-z]{16}$/)

export const EventTypeKey = z
  .string()
  .max(100)
  .regex(
    /^(\*|[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*)$/,
    'must be an event type such as batch_change:apply, or * for all.',
  )

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

export function isoTimeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : isoTime(timeMs)
}
