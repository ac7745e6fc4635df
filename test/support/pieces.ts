import fc from 'fast-check'

/** Ways to cut a text into pieces: at random places, byte by byte, or not at all. */
export const pieces: fc.Arbitrary<(text: string) => string[]> = fc.oneof(
  fc.array(fc.nat(2_000), { maxLength: 12 }).map((places) => (text: string) => {
    const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b)
    return [0, ...sorted].map((from, index) => text.slice(from, sorted[index] ?? text.length))
  }),
  fc.constant((text: string) => text.split('')),
  fc.constant((text: string) => [text]),
)
