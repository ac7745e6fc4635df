import { call } from './client.ts'
import type { EventType, Page } from './resources.ts'
import { type Loaded, useLoad } from './use-load.ts'

let known: Promise<readonly EventType[]> | undefined

/** The event types that the service knows; asked for once. */
export function useEventTypes(): Loaded<readonly EventType[]> {
  return useLoad('event-types', () => {
    known ??= call<Page<EventType>>('GET', 'event-types')
      .then(({ body }) => body.data)
      .catch((error: unknown) => {
        known = undefined
        throw error
      })
    return known
  })
}
