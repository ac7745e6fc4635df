/** Sourcegraph's signature as it should be written, and what is wrong with how it is. */
export function badSourcegraphForm(given: string): { value: string; problem?: string } {
  const value = given.trim()
  if (/^[0-9a-f]{64}$/.test(value)) return { value }
  const prefix = /^(sha256|sha-256|hmac-sha256|v1)[=:,] ?/i.exec(value)?.[0]
  const bare = value.slice(prefix?.length ?? 0).trim()
  if (prefix !== undefined && /^[0-9a-f]{64}$/i.test(bare))
    return {
      value: bare.toLowerCase(),
      problem: `It has "${prefix}" in front: Sourcegraph's signature is 64 hex digits and nothing else.`,
    }
  if (/^[0-9A-Fa-f]{64}$/.test(value))
    return { value: value.toLowerCase(), problem: 'It is in upper case; it is sent in lower case.' }
  if (/^[A-Za-z0-9+/]{43}=$/.test(bare))
    return {
      value: Buffer.from(bare, 'base64').toString('hex'),
      problem: "It is base64; Sourcegraph's signature is hex.",
    }
  return {
    value,
    problem: `It is not 64 hex digits: ${value.length} characters came, so it was cut or changed.`,
  }
}

/** The signatures in a `webhook-signature` header. */
export function signaturesIn(given: string): readonly string[] {
  return given.split(' ').filter((each) => each !== '')
}

/** The signatures of Standard Webhooks as they should be written, and what is wrong with how they are. */
export function badStandardForm(given: string): { values: readonly string[]; problem?: string } {
  const values = signaturesIn(given)
  if (values.some((value) => /^v1,[A-Za-z0-9+/]{43}=$/.test(value))) return { values }
  const [first = ''] = values
  const bare = first.replace(/^(v1a?|sha256)?[,=:]?/i, '')
  if (/^v1a,/.test(first))
    return {
      values,
      problem: 'It begins with v1a, an asymmetric signature; this service sends v1 (HMAC-SHA256).',
    }
  if (/^[A-Za-z0-9+/]{43}=$/.test(bare))
    return { values: [`v1,${bare}`], problem: 'It does not begin with "v1,", which belongs to it.' }
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(bare))
    return {
      values: [`v1,${Buffer.from(bare, 'base64').toString('base64')}`],
      problem: 'It is in the URL-safe alphabet of base64, or lost its padding; it is sent as plain base64.',
    }
  if (/^[0-9a-f]{64}$/i.test(bare))
    return {
      values: [`v1,${Buffer.from(bare, 'hex').toString('base64')}`],
      problem: 'It is hex; this signature is base64 behind "v1,".',
    }
  return { values, problem: 'It is not "v1," and the base64 of 32 bytes: it was cut or changed.' }
}
