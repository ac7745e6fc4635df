import * as z from 'zod'
import { headerNameProblem, headerValueProblem, maxHeaders } from '../../domain/custom-headers.ts'
import { authorizationHeader } from '../../domain/receiver-auth.ts'
import { parseRetrySchedule } from '../../domain/retry-schedule.ts'
import { EventTypeKey } from './fields.ts'
import { CredentialsInput } from './receiver-auth.ts'
import { RetentionInput } from './retention.ts'
import { ScopeInput } from './scope.ts'
import { SigningSecret } from './signing-secret.ts'

const HeaderValues = z.record(z.string(), z.string().nullable()).superRefine((headers, context) => {
  if (Object.keys(headers).length > maxHeaders) context.addIssue(`must be at most ${maxHeaders}.`)
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    const twice = seen.has(name.toLowerCase()) ? 'is named twice' : undefined
    seen.add(name.toLowerCase())
    const problem =
      headerNameProblem(name) ?? twice ?? (value === null ? undefined : headerValueProblem(value))
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: `${problem}.` })
  }
})

const NewHeaders = z.record(z.string(), z.string()).superRefine((headers, context) => {
  const { error } = HeaderValues.safeParse(headers)
  for (const issue of error?.issues ?? [])
    context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message })
})

const RetryScheduleInput = z
  .array(z.string())
  .transform((entries, context) => {
    try {
      return parseRetrySchedule(entries)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : 'is no retry schedule.')
      return z.NEVER
    }
  })
  .meta({ minItems: 1, maxItems: 20 })

export const exampleUrl = 'https://ci.example.com/hooks/sourcegraph'
export const exampleTypes = ['batch_change:apply', 'changeset:publish']

const fields = {
  url: z.string().meta({
    description: 'Where to send, verbatim; https unless the operator allows http',
    example: exampleUrl,
    format: 'uri',
    maxLength: 2048,
  }),
  event_types: z
    .array(EventTypeKey)
    .min(1, 'must name at least one event type, or * for all.')
    .max(100)
    .transform((types) => [...new Set(types)])
    .meta({ description: 'Event types, or * for all, those to come included', example: exampleTypes }),
  description: z.string().max(500).meta({ description: 'For people', example: 'Closes the ticket' }),
  scope: ScopeInput,
  enabled: z.boolean().meta({ description: 'While it is false nothing is sent' }),
  retry_schedule: RetryScheduleInput.nullable().meta({
    description:
      "Waits before each attempt, the first included, each at most 48h; null: the deployment's own",
    example: ['0s', '5s', '5m', '30m', '2h'],
  }),
  rate_limit: z.number().min(0.1).max(1000).nullable().meta({
    description: 'Most requests a second; null: no limit. What is over it waits; nothing is dropped',
    example: 10,
  }),
  retention: RetentionInput.nullable().meta({
    description:
      "How long its deliveries are shown and counted, at least 1d and at most as long as the deployment's; null: as long. What is older is hidden at once",
    example: '7d',
  }),
}

/** Both in one request: no telling which is meant. */
function refuseTwoAuthorizations(
  { headers = {}, auth }: { headers?: object | undefined; auth?: object | null | undefined },
  context: z.RefinementCtx,
): void {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  if (auth && names.includes(authorizationHeader.toLowerCase()))
    context.addIssue({
      code: 'custom',
      path: ['auth'],
      message: 'sets Authorization, and so does headers: give one of them.',
    })
}

/** The body that creates a webhook. */
export const CreateWebhook = z
  .strictObject({
    url: fields.url,
    secret: SigningSecret.optional().meta({
      description: 'Signs every request. Generated (256 bits) when absent; shown once, in the answer',
      example: 'shared secret',
    }),
    event_types: fields.event_types,
    description: fields.description.default(''),
    scope: fields.scope.default({}),
    headers: NewHeaders.default({}).meta({
      description: 'Extra request headers, at most 20; values are write-only',
      example: { Authorization: 'Bearer of-the-receiver' },
      maxProperties: maxHeaders,
    }),
    auth: CredentialsInput.nullable().optional(),
    enabled: fields.enabled.default(true),
    retry_schedule: fields.retry_schedule.optional(),
    rate_limit: fields.rate_limit.optional(),
    retention: fields.retention.optional(),
  })
  .superRefine(refuseTwoAuthorizations)
  .meta({ id: 'CreateWebhook', example: { url: exampleUrl, event_types: exampleTypes } })

/** The body that changes a webhook: what is absent stays. */
export const UpdateWebhook = z
  .strictObject({
    url: fields.url.optional(),
    event_types: fields.event_types.optional(),
    description: fields.description.optional(),
    scope: fields.scope.optional(),
    headers: HeaderValues.optional().meta({
      description: 'Merged by name: a value sets, null removes',
      example: { Authorization: 'Bearer a-new-one', 'X-Old': null },
      maxProperties: maxHeaders,
    }),
    auth: CredentialsInput.nullable().optional().meta({ description: 'null removes it' }),
    enabled: fields.enabled.optional(),
    retry_schedule: fields.retry_schedule.optional(),
    rate_limit: fields.rate_limit.optional(),
    retention: fields.retention.optional(),
  })
  .superRefine(refuseTwoAuthorizations)
  .meta({ id: 'UpdateWebhook', example: { enabled: false } })
