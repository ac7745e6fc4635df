import { NotFound, VersionMismatch } from '../domain/errors.ts'
import { type Credentials, shownAuth } from '../domain/receiver-auth.ts'
import type { RetrySchedule } from '../domain/retry-schedule.ts'
import type { Scope } from '../domain/scope.ts'
import { hiddenUntil, type Sealed, type Webhook } from '../domain/webhook.ts'
import { type Breakers, forgive } from './heed-receiver.ts'
import { mergeHeaders, sealHeaders, withAuth } from './webhook-headers.ts'

export interface WebhookStore {
  get(webhookId: string): Promise<Webhook | undefined>
  create(webhook: Webhook): Promise<void>
  /** Replaces the stored webhook if it is at `expectedVersion`; false when it is not, or is gone. */
  replace(webhook: Webhook, expectedVersion: number): Promise<boolean>
  /** Removes the webhook, its event types and its log; false when it is at another version, or gone. */
  remove(webhookId: string, expectedVersion: number): Promise<boolean>
}

export interface ManageWebhooks {
  readonly webhooks: WebhookStore
  readonly breakers: Breakers
  readonly cipher: { seal(plain: string, ownerId: string): Promise<Sealed> }
  readonly newWebhookId: (nowMs: number) => string
  /** A signing secret from a CSPRNG: `whsec_` and 256 bits in base64. */
  readonly newSecret: () => string
  readonly now: () => number
}

/** A webhook as its creator wants it; all of it has been validated. */
export interface NewWebhook {
  readonly url: string
  readonly secret: string | undefined
  readonly eventTypes: readonly string[]
  readonly description: string
  readonly scope: Scope
  readonly headers: Readonly<Record<string, string>>
  readonly auth: Credentials | undefined
  readonly enabled: boolean
  readonly retrySchedule: RetrySchedule | undefined
  readonly rateLimit: number | undefined
  readonly retentionMs: number | undefined
}

/** Creates a webhook; the secret is in the answer and nowhere else. */
export async function createWebhook(
  deps: ManageWebhooks,
  wanted: NewWebhook,
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  const nowMs = deps.now()
  const id = deps.newWebhookId(nowMs)
  const secret = wanted.secret ?? deps.newSecret()
  const webhook: Webhook = {
    ...wanted,
    id,
    secret: await deps.cipher.seal(secret, id),
    previousSecret: undefined,
    headers: await sealHeaders(deps, id, withAuth(wanted.headers, wanted.auth)),
    auth: wanted.auth && shownAuth(wanted.auth),
    hiddenBefore: undefined,
    disabledReason: null,
    disabledAt: wanted.enabled ? null : nowMs,
    lastOff: null,
    failuresFrom: 0,
    warned: 0,
    version: 1,
    createdAt: nowMs,
    updatedAt: nowMs,
  }
  await deps.webhooks.create(webhook)
  return { webhook, secret }
}

/** What to change; what is undefined stays. `retrySchedule`, `rateLimit` and `retentionMs`: null goes back to the deployment's. */
export interface WebhookChanges {
  readonly url?: string | undefined
  readonly eventTypes?: readonly string[] | undefined
  readonly description?: string | undefined
  readonly scope?: Scope | undefined
  /** Merged by name: a value sets, null removes. */
  readonly headers?: Readonly<Record<string, string | null>> | undefined
  /** Null removes it. */
  readonly auth?: Credentials | null | undefined
  readonly enabled?: boolean | undefined
  readonly retrySchedule?: RetrySchedule | null | undefined
  readonly rateLimit?: number | null | undefined
  readonly retentionMs?: number | null | undefined
}

/**
 * Changes a webhook. Turning it on clears why it was off and notes how long; that and another URL set the clock of failures
 * back.
 * @param expectedVersion from `If-Match`; undefined changes whatever is there.
 * @throws NotFound, VersionMismatch, InvalidInput when headers exceed their number.
 */
export async function updateWebhook(
  deps: ManageWebhooks,
  id: string,
  { changes, expectedVersion }: { changes: WebhookChanges; expectedVersion: number | undefined },
): Promise<Webhook> {
  for (;;) {
    const current = await currentWebhook(deps, id, expectedVersion)
    const enabled = changes.enabled ?? current.enabled
    const nowMs = deps.now()
    const isTurnedOn = enabled && !current.enabled
    const isAnother = changes.url !== undefined && changes.url !== current.url
    const updated: Webhook = {
      ...current,
      url: changes.url ?? current.url,
      eventTypes: changes.eventTypes ?? current.eventTypes,
      description: changes.description ?? current.description,
      scope: changes.scope ?? current.scope,
      ...(await mergeHeaders(deps, current, changes)),
      enabled,
      disabledReason: enabled ? null : current.disabledReason,
      disabledAt: enabled ? null : current.enabled ? nowMs : current.disabledAt,
      lastOff: isTurnedOn
        ? { since: current.disabledAt ?? current.updatedAt, until: nowMs }
        : current.lastOff,
      ...((isTurnedOn || isAnother) && { failuresFrom: nowMs, warned: 0 }),
      retrySchedule:
        changes.retrySchedule === undefined ? current.retrySchedule : (changes.retrySchedule ?? undefined),
      rateLimit: changes.rateLimit === undefined ? current.rateLimit : (changes.rateLimit ?? undefined),
      retentionMs:
        changes.retentionMs === undefined ? current.retentionMs : (changes.retentionMs ?? undefined),
      hiddenBefore:
        changes.retentionMs === undefined
          ? current.hiddenBefore
          : hiddenUntil(current, deps.now()) || undefined,
      version: current.version + 1,
      updatedAt: nowMs,
    }
    if (!(await deps.webhooks.replace(updated, current.version))) continue
    if (isTurnedOn || isAnother) await forgive(deps.breakers, id)
    return updated
  }
}

/** Removes a webhook and its log. @throws NotFound, VersionMismatch. */
export async function deleteWebhook(
  deps: ManageWebhooks,
  id: string,
  expectedVersion: number | undefined,
): Promise<void> {
  for (;;) {
    const { version } = await currentWebhook(deps, id, expectedVersion)
    if (await deps.webhooks.remove(id, version)) return
  }
}

async function currentWebhook(
  deps: ManageWebhooks,
  id: string,
  expectedVersion: number | undefined,
): Promise<Webhook> {
  const current = await deps.webhooks.get(id)
  if (current === undefined) throw new NotFound('webhook', id)
  if (expectedVersion !== undefined && expectedVersion !== current.version) throw new VersionMismatch(id)
  return current
}
