/** How a webhook shows its receiver who it is, without what is secret of it. */
export type ReceiverAuth = { readonly type: 'basic'; readonly username: string } | { readonly type: 'bearer' }

/** The same with its secret, as an admin gives it. */
export type Credentials =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }

/** The header that carries credentials. */
export const authorizationHeader = 'Authorization'

/** The value of `Authorization`: RFC 7617 with UTF-8 for basic, RFC 6750 §2.1 for bearer. */
export function authorizationOf(credentials: Credentials): string {
  if (credentials.type === 'bearer') return `Bearer ${credentials.token}`
  const { username, password } = credentials
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** What may be shown of credentials. */
export function shownAuth(credentials: Credentials): ReceiverAuth {
  return credentials.type === 'basic' ? { type: 'basic', username: credentials.username } : { type: 'bearer' }
}
