import { computed, signal } from '@preact/signals'

// For this tab only: gone when it is closed, and never seen by another tab.
const tokenKey = 'outgoing-webhooks.token'
const selfKey = 'outgoing-webhooks.self'

/** What the token that is signed in with may do, and until when. */
export interface Self {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expires_at: string | null
}

/** Who is signed in; null when nobody is. */
export const self = signal<Self | null>(storedSelf())

/** The token that is sent; null when nobody is signed in. */
export const token = signal<string | null>(self.value === null ? null : sessionStorage.getItem(tokenKey))

/** Why the last session ended; null when the person ended it. */
export const endReason = signal<string | null>(null)

/** Whether the token may change anything. */
export const canChange = computed(() => self.value?.scopes.includes('admin') ?? false)

/** What is said where a control cannot be used. */
export const whyNot = 'Your token has the scope read: it sees everything but the tokens, and changes nothing.'

export function signedIn(newToken: string, { name, scopes, expires_at }: Self): void {
  sessionStorage.setItem(tokenKey, newToken)
  sessionStorage.setItem(selfKey, JSON.stringify({ name, scopes, expires_at }))
  endReason.value = null
  self.value = { name, scopes, expires_at }
  token.value = newToken
}

export function signedOut(reason: string | null): void {
  sessionStorage.removeItem(tokenKey)
  sessionStorage.removeItem(selfKey)
  endReason.value = reason
  token.value = null
  self.value = null
}

function storedSelf(): Self | null {
  const stored: Self | null = JSON.parse(sessionStorage.getItem(selfKey) ?? 'null')
  return stored
}
