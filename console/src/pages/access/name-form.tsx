import type { ComponentChildren } from 'preact'
import type { Action } from '../../api/use-action.ts'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'

/** The form that makes a source or a token: its name, and what else it has. */
export function NameForm({
  id,
  name,
  rename,
  creation: { isBusy, problem },
  create,
  action,
  refused,
  children,
}: {
  /** Of the field of the name. */
  id: string
  name: string
  rename: (name: string) => void
  creation: Action
  create: () => void
  action: string
  /** What did not happen when it was refused. */
  refused: string
  children: ComponentChildren
}) {
  return (
    <form
      class="form inline-form"
      onSubmit={(submitted) => {
        submitted.preventDefault()
        create()
      }}
    >
      <Field id={id} label="Name" wrong={problem?.of('name')}>
        {(props) => (
          <input
            {...props}
            required
            maxLength={100}
            value={name}
            onInput={(typed) => rename(typed.currentTarget.value)}
          />
        )}
      </Field>
      {children}
      <Problem problem={problem} title={refused} />
      <button type="submit" class="button button-main" disabled={isBusy}>
        {action}
      </button>
    </form>
  )
}
