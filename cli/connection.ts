import { Usage } from './errors.ts'
import { loginPath, readLogins } from './login-file.ts'
import type { GlobalOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

/** Where `npm start` listens unless told otherwise. */
export const defaultUrl = 'http://127.0.0.1:8787'

export interface Connection {
  readonly profile: string
  readonly url: string
  /** Undefined: nobody is logged in there. */
  readonly token: string | undefined
}

/** The address and token that flags give, else the environment, else the profile's login. @throws Usage. */
export function connectionOf(options: GlobalOptions, environment: Terminal['environment']): Connection {
  // An empty variable is how a shell says that there is none.
  const given = (name: string) => environment[`OUTGOING_WEBHOOKS_${name}`]?.trim() || undefined
  const profile = options.profile ?? given('PROFILE') ?? 'default'
  const login = readLogins(loginPath(environment))[profile]
  const givenUrl = given('URL')
  const url = apiUrl(options.url ?? givenUrl ?? login?.url ?? defaultUrl)
  // A token goes to no other address than the one that it was given with.
  const givenToken = givenUrl === undefined || apiUrl(givenUrl) === url ? given('TOKEN') : undefined
  const token = options.token ?? givenToken ?? (login?.url === url ? login.token : undefined)
  return { profile, url, token }
}

/** The API's address without a slash at its end. @throws Usage when it is none. */
export function apiUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search + url.hash !== '')
    throw new Usage(`${text} is not the address of the API. Give one such as ${defaultUrl}.`)
  return url.href.replace(/\/+$/, '')
}

/** Whether a token is readable on its way there. */
export function isInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
