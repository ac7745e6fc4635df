import { Field } from '../../parts/field.tsx'
import type { AuthDraft } from '../../webhook-draft.ts'
import type { FormPart } from './form-part.ts'

/** How the receiver is told who calls: the Authorization header, made from a user name or a token. */
export function AuthFields({ draft: { auth }, change, problem }: FormPart) {
  const put = (changed: Partial<AuthDraft>) => change({ auth: { ...auth, isKept: false, ...changed } })
  const kept = auth.isKept ? 'Kept. Type to replace it' : ''
  const secret = (label: string, field: string) => (
    <Field id="auth-secret" label={label} hint="Never shown again." wrong={problem?.of(field)}>
      {(props) => (
        <input
          {...props}
          type="password"
          autoComplete="new-password"
          placeholder={kept}
          value={auth.secret}
          onInput={(typed) => put({ secret: typed.currentTarget.value })}
        />
      )}
    </Field>
  )
  return (
    <fieldset>
      <legend>Authorization</legend>
      <Field
        id="auth-type"
        label="Kind"
        hint="For receivers that ask for it; the signature is sent in any case."
        wrong={problem?.errors.find(({ field }) => field === 'auth')?.detail}
      >
        {(props) => (
          <select
            {...props}
            value={auth.type}
            onChange={({ currentTarget: { value } }) =>
              put({ type: value === 'basic' || value === 'bearer' ? value : 'none', secret: '' })
            }
          >
            <option value="none">None</option>
            <option value="basic">User name and password (Basic)</option>
            <option value="bearer">Token (Bearer)</option>
          </select>
        )}
      </Field>
      {auth.type === 'basic' && (
        <div class="columns">
          <Field id="auth-username" label="User name" wrong={problem?.of('auth.username')}>
            {(props) => (
              <input
                {...props}
                autoComplete="off"
                value={auth.username}
                onInput={(typed) => put({ username: typed.currentTarget.value })}
              />
            )}
          </Field>
          {secret('Password', 'auth.password')}
        </div>
      )}
      {auth.type === 'bearer' && secret('Token', 'auth.token')}
    </fieldset>
  )
}
