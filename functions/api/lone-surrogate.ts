const hex2 = '[0-9a-fA-F]{2}'
// An escape that is fine: a pair of surrogates, another character, or no number at all.
const fine = new RegExp(`\\\\(?:u[dD][89abAB]${hex2}\\\\u[dD][c-fC-F]${hex2}|u(?![dD][89a-fA-F])|[^u])`, 'g')

/**
 * Whether JSON text has an escaped half of a surrogate pair. Such a text has no UTF-8 (RFC 8259 §8.2): it would be stored
 * as another than was sent.
 */
export function hasLoneSurrogate(json: string): boolean {
  return json.includes('\\u') && json.replace(fine, '').includes('\\u')
}
