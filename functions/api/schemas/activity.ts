import * as z from 'zod'
import type { HourOfAttempts } from '../../domain/failing.ts'
import { Count, isoTime, Time } from './fields.ts'

const HourResource = z.object({
  hour: Time.meta({ description: 'When the hour begins', example: '2026-11-23T14:00:00.000Z' }),
  total: Count.meta({ description: 'Requests sent', example: 52 }),
  errored: Count.meta({ description: 'How many of them failed', example: 1 }),
})

/** What was sent to a webhook, hour by hour. */
export const ActivityResource = z
  .object({
    hours: z.array(HourResource).length(24).meta({
      description: 'Oldest first, quiet ones included; the last is the one that is not over',
    }),
  })
  .meta({ id: 'Activity' })

export function toActivity(hours: readonly HourOfAttempts[]): z.input<typeof ActivityResource> {
  return {
    hours: hours.map(({ startsAt, total, errored }) => ({ hour: isoTime(startsAt), total, errored })),
  }
}
