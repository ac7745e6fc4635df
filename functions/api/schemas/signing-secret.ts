import * as z from 'zod'
import { parseDuration } from '../../domain/duration.ts'
import { isSigningSecret } from '../../domain/signature.ts'

/** A secret that signs requests, as it may be given. */
export const SigningSecret = z
  .string()
  .min(1)
  .max(256)
  .refine(isSigningSecret, 'begins with whsec_, so base64 must follow.')

const maxOverlapMs = 7 * 86_400_000

/** The body that rotates a webhook's secret. */
export const RotateSecret = z
  .strictObject({
    secret: SigningSecret.optional().meta({
      description: 'The new secret. Generated (256 bits) when absent; shown once, in the answer',
      example: 'another shared secret',
    }),
    overlap: z
      .string()
      .default('24h')
      .transform(parseDuration)
      .refine((overlapMs) => overlapMs !== undefined, 'must be a duration such as 0s, 90m, 24h or 7d.')
      .refine((overlapMs) => overlapMs === undefined || overlapMs <= maxOverlapMs, 'must be at most 7d.')
      .transform((overlapMs) => overlapMs ?? 0)
      .meta({
        description:
          'How long the old secret goes on signing, at most 7d; 0s ends it at once, as when it leaked',
        example: '24h',
      }),
  })
  .meta({ id: 'RotateSecret', example: { overlap: '24h' } })
