import { Field } from '../../parts/field.tsx'
import type { FormPart } from './form-part.ts'

const lists = [
  { part: 'namespaces', field: 'scope.namespace_ids', label: 'Namespaces' },
  { part: 'batchChanges', field: 'scope.batch_change_ids', label: 'Batch changes' },
  { part: 'repositories', field: 'scope.repository_ids', label: 'Repositories' },
] as const

/** What the webhook is narrowed to. */
export function ScopeFields({ draft, change, problem }: FormPart) {
  return (
    <fieldset>
      <legend>Scope</legend>
      <p class="hint">
        Ids as Sourcegraph prints them in payloads, one a line. Each list that is filled in must meet the
        event's ids of that kind; an empty one narrows nothing.
      </p>
      <div class="columns">
        {lists.map(({ part, field, label }) => (
          <Field key={part} id={part} label={label} wrong={problem?.of(field)}>
            {(props) => (
              <textarea
                {...props}
                class="mono"
                rows={2}
                spellcheck={false}
                value={draft[part]}
                onInput={(typed) => change({ [part]: typed.currentTarget.value })}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  )
}
