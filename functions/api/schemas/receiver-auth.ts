import * as z from 'zod'

// RFC 7617 §2: a colon ends the user name, and neither part may hold control characters.
const part = z
  .string()
  .max(1_000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  .regex(/^[^\x00-\x1f\x7f]*$/, 'must not hold control characters.')
const username = part
  .min(1)
  .regex(/^[^:]*$/, 'must not hold a colon: there the password begins (RFC 7617).')
  .meta({ description: 'Shown again', example: 'sourcegraph' })

/** Credentials for the receiver as they are given; passwords and tokens are never shown again. */
export const CredentialsInput = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('basic'),
      username,
      password: part.meta({ description: 'Write-only', example: 'of the receiver' }),
    }),
    z.strictObject({
      type: z.literal('bearer'),
      token: z
        .string()
        .max(4_000)
        .regex(
          /^[A-Za-z0-9._~+/-]+=*$/,
          'must be a token as RFC 6750 has it: letters, digits and -._~+/, then =.',
        )
        .meta({ description: 'Write-only', example: 'of-the-receiver' }),
    }),
  ])
  .meta({
    id: 'Credentials',
    description:
      'Sent as the Authorization header. Setting it takes the place of an Authorization header that is set already',
    example: { type: 'bearer', token: 'of-the-receiver' },
  })

/** What is shown of them. */
export const ReceiverAuthResource = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('basic'), username: z.string().meta({ example: 'sourcegraph' }) }),
    z.object({ type: z.literal('bearer') }),
  ])
  .meta({ id: 'ReceiverAuth' })
