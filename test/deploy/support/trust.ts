import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** Has this process trust what the authority (PEM) vouches for, beside what it trusts already. */
export function trust(authority: string): void {
  setDefaultCACertificates([...getCACertificates('default'), authority])
}
