import { NotFound, VersionMismatch } from '../domain/errors.ts'
import type { Sealed, Webhook } from '../domain/webhook.ts'
import type { ManageWebhooks } from './manage-webhooks.ts'

/** The new secret, made when it is undefined, and how long the one that it takes the place of goes on signing. */
export interface Rotation {
  readonly secret: string | undefined
  readonly overlapMs: number
}

/**
 * Gives a webhook another secret. The one it has signs beside it for the overlap, one that still did so from a rotation
 * before ends now: two sign at most. Only sealed text is moved about, so that whoever rotates need not open secrets.
 * @param expectedVersion from `If-Match`; undefined rotates whatever is there.
 * @returns the secret in plain, in this answer and nowhere else.
 * @throws NotFound, VersionMismatch.
 */
export async function rotateSecret(
  deps: ManageWebhooks,
  id: string,
  { rotation, expectedVersion }: { rotation: Rotation; expectedVersion: number | undefined },
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  const secret = rotation.secret ?? deps.newSecret()
  let sealed: Sealed | undefined
  for (;;) {
    const current = await deps.webhooks.get(id)
    if (current === undefined) throw new NotFound('webhook', id)
    // A store that lost the answer to its own write and repeats it finds another version there: ours.
    if (current.secret === sealed) return { webhook: current, secret }
    if (expectedVersion !== undefined && expectedVersion !== current.version) throw new VersionMismatch(id)
    sealed ??= await deps.cipher.seal(secret, id)
    const nowMs = deps.now()
    const rotated: Webhook = {
      ...current,
      secret: sealed,
      previousSecret:
        rotation.overlapMs === 0
          ? undefined
          : { sealed: current.secret, expiresAt: nowMs + rotation.overlapMs },
      version: current.version + 1,
      updatedAt: nowMs,
    }
    if (await deps.webhooks.replace(rotated, current.version)) return { webhook: rotated, secret }
  }
}
