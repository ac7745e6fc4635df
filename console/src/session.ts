import { computed, signal } from '@preact/signals'

// For this tab only: gone when it is closed, and never seen by another tab.
const tokenKey = 'outgoing-webhooks.token'
const rightsKey = 'outgoing-webhooks.rights'

export type Rights = 'admin' | 'read'

const rights = signal<Rights>(sessionStorage.getItem(rightsKey) === 'admin' ? 'admin' : 'read')

/** The token that is sent; null when nobody is signed in. */
export const token = signal<string | null>(sessionStorage.getItem(tokenKey))

/** Why the last session ended; null when the person ended it. */
export const endReason = signal<string | null>(null)

/** Whether the token may change anything. */
export const canChange = computed(() => rights.value === 'admin')

/** What is said where a control cannot be used. */
export const whyNot = 'Your token has the scope read: it sees everything but the tokens, and changes nothing.'

export function signedIn(newToken: string, its: Rights): void {
  sessionStorage.setItem(tokenKey, newToken)
  sessionStorage.setItem(rightsKey, its)
  endReason.value = null
  rights.value = its
  token.value = newToken
}

export function signedOut(reason: string | null): void {
  sessionStorage.removeItem(tokenKey)
  sessionStorage.removeItem(rightsKey)
  endReason.value = reason
  token.value = null
}
