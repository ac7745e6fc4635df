import * as z from 'zod'

export const ProblemResource = z
  .object({
    type: z.literal('about:blank'),
    status: z.int().meta({ example: 422 }),
    code: z.string().meta({ description: 'Stable, for programs', example: 'invalid_input' }),
    title: z.string().meta({ example: 'Invalid input' }),
    detail: z.string().meta({
      description: 'What is wrong and what to do',
      example: 'limit: must be a whole number from 1 to 100.',
    }),
    errors: z
      .array(
        z.object({
          field: z.string().meta({
            description: 'As in JavaScript; empty for the body as a whole',
            example: 'event_types[0]',
          }),
          detail: z
            .string()
            .meta({ example: 'must be an event type such as batch_change:apply, or * for all.' }),
        }),
      )
      .optional()
      .meta({ description: 'Every bad field' }),
    request_id: z.string().optional().meta({ description: 'For whoever looks for it in the log' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })
