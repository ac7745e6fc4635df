import type { Delivery } from '../api/resources.ts'

const looks = {
  pending: 'badge',
  retrying: 'badge badge-warn',
  delivered: 'badge badge-good',
  exhausted: 'badge badge-bad',
  cancelled: 'badge badge-off',
} as const

/** A delivery's status in the words of the API. */
export function DeliveryStatus({ delivery: { status } }: { delivery: Pick<Delivery, 'status'> }) {
  return <span class={looks[status]}>{status}</span>
}

/** What came of the last attempt, short: a status code, or that there was no answer. */
export function lastAnswer({ last_status: status }: Pick<Delivery, 'last_status'>): string {
  if (status === null) return 'not sent yet'
  return status === 0 ? 'no answer' : String(status)
}
