import * as z from 'zod'
import type { Scope } from '../../domain/scope.ts'

const example = { batch_change_ids: ['QmF0Y2hDaGFuZ2U6MTcz'] }

const ScopeIds = z
  .array(z.string().min(1).max(200))
  .min(1, 'must name at least one id, or be left out.')
  .max(100)

/** A scope in a request. */
export const ScopeInput = z
  .strictObject({
    namespace_ids: ScopeIds.optional(),
    batch_change_ids: ScopeIds.optional(),
    repository_ids: ScopeIds.optional(),
  })
  .meta({
    id: 'Scope',
    description:
      'Narrows a webhook: each list that is named must meet the ids of that kind that the event carries, as Sourcegraph prints them. {} is no narrowing.',
    example,
  })

/** A scope in a reply. */
export const ScopeResource = z
  .object({
    namespace_ids: z.array(z.string()).optional(),
    batch_change_ids: z.array(z.string()).optional(),
    repository_ids: z.array(z.string()).optional(),
  })
  .meta({ example })

/** The scope of a request body as the domain knows it. */
export function toScope(input: z.output<typeof ScopeInput>): Scope {
  return {
    namespaceIds: input.namespace_ids,
    batchChangeIds: input.batch_change_ids,
    repositoryIds: input.repository_ids,
  }
}

/** A scope as replies show it: only the lists that narrow. */
export function toScopeResource({
  namespaceIds,
  batchChangeIds,
  repositoryIds,
}: Scope): z.input<typeof ScopeResource> {
  return {
    ...(namespaceIds && { namespace_ids: [...namespaceIds] }),
    ...(batchChangeIds && { batch_change_ids: [...batchChangeIds] }),
    ...(repositoryIds && { repository_ids: [...repositoryIds] }),
  }
}
