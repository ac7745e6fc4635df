import * as z from 'zod'

export const ProblemResource = z
  .object({
    type: z.literal('about:blank'),
    status: z.number(),
    code: z.string().meta({ description: 'Stable, for programs', example: 'invalid_input' }),
    title: z.string(),
    detail: z.string().meta({ description: 'What is wrong and what to do' }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Every bad field' }),
    request_id: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })
