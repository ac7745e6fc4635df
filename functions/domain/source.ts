import type { Sealed } from './webhook.ts'

/** A Sourcegraph instance that posts events, known by the secret that it signs with. */
export interface Source {
  readonly id: string
  readonly name: string
  readonly secret: Sealed
  readonly createdAt: number
  /** When its last event was accepted, to the minute; null before the first. */
  readonly lastEventAt: number | null
}
