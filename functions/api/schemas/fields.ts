import * as z from 'zod'

/** Fields that many requests and replies share. */

export const Time = z.iso
  .datetime()
  .meta({ description: 'RFC 3339, UTC', example: '2026-11-23T14:20:00.000Z' })

/** A time in a request, as milliseconds since 1970. */
export const InputTime = z.iso
  .datetime({ offset: true, message: 'must be a time such as 2026-11-23T14:20:00Z.' })
  .transform((text) => Date.parse(text))

/** A range of times in a query, both ends included, as milliseconds since 1970. */
export const timeRange = {
  from: InputTime.optional().meta({
    description: 'Only what came to be at this time or later',
    example: '2026-11-23T00:00:00Z',
  }),
  to: InputTime.optional().meta({
    description: 'Only what came to be at this time or earlier',
    example: '2026-11-23T23:59:59Z',
  }),
}

export const Limit = z.coerce
  .number('must be a whole number from 1 to 100.')
  .int('must be a whole number from 1 to 100.')
  .min(1, 'must be a whole number from 1 to 100.')
  .max(100, 'must be a whole number from 1 to 100.')
  .default(20)
  .meta({ description: 'Most items on the page' })

/** `true` or `false` in a query. */
export const Flag = z
  .enum(['true', 'false'], 'must be true or false.')
  .meta({
    override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
      jsonSchema.type = 'boolean'
      delete jsonSchema.enum
    },
  })
  .transform((text) => text === 'true')

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
        'Ask with it, as cursor, for the next page; null at the end. A page that has one may be short or empty',
      example: null,
    }),
  })
}

export const WebhookId = z.string().meta({ example: 'whk_01kaqc3h5n8r2c4x' })
export const EventId = z.string().meta({ example: 'evt_01kaqc3h5n8r2c4x7t9v2y4z6b' })
export const DeliveryId = z.string().meta({ example: 'dlv_01kaqc3h5n8r2c4x7t9v2y4z6b01kaqc3h5n8r2c4x' })
export const SourceId = z.string().meta({ example: 'src_01kaqc3h5n8r2c4x' })
export const TokenId = z.string().meta({ example: 'tok_01kaqc3h5n8r2c4x' })

export const ReplayId = z.string().meta({ example: 'rpl_01kaqc3h5n8r2c4x' })

/** The path parameter of a thing with that kind of id. An id of another form is simply not there (404), so any text passes. */
export function IdParam<Id extends z.ZodString>(id: Id) {
  return z.object({ id })
}

export const webhookCursor = Cursor(/^whk_[0-9a-z]{16}$/)

/** An event type in a reply. */
export const EventType = z.string().meta({ example: 'batch_change:apply' })

/** What a webhook may name: an event type, or `*` for all. */
export const EventTypeKey = z
  .string()
  .max(100, 'must be at most 100 characters.')
  .regex(
    /^(\*|[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*)$/,
    'must be an event type such as batch_change:apply, or * for all.',
  )
  .meta({ example: 'batch_change:apply' })

/** One event type. */
export const EventTypeName = z
  .string()
  .max(100, 'must be at most 100 characters.')
  .regex(/^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*$/, 'must be one event type, such as batch_change:apply.')
  .meta({ example: 'batch_change:apply' })

/** How many there are of something. */
export const Count = z.int().min(0)

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

export function isoTimeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : isoTime(timeMs)
}
