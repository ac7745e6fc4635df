import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import type { Token, TokenWithSecret } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { Field } from '../../parts/field.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { Time } from '../../parts/time.tsx'
import { canChange, whyNot } from '../../session.ts'
import { useUnsaved } from '../../unsaved.ts'
import { isoOf } from '../log/log-filters.tsx'
import { AccessList } from './access-list.tsx'
import { NameForm } from './name-form.tsx'

const scopes = [
  { scope: 'admin', says: 'changes everything and reads' },
  { scope: 'read', says: 'reads all but the tokens' },
  { scope: 'publish', says: 'posts events, and nothing else' },
]

/** Who may call the API. */
export function Tokens() {
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>(['read'])
  const [expires, setExpires] = useState('')
  const [created, setCreated] = useState<TokenWithSecret>()
  const [version, setVersion] = useState(0)
  const creation = useAction()
  const { problem, run } = creation
  useUnsaved(name !== '')
  const create = () =>
    run(async () => {
      const body = { name, scopes: chosen, expires_at: isoOf(expires) ?? null }
      setCreated((await call<TokenWithSecret>('POST', 'tokens', { body })).body)
      setName('')
      setVersion((count) => count + 1)
    })
  if (!canChange.value)
    return (
      <>
        <PageHead title="Tokens" />
        <p class="notice notice-warn">{whyNot}</p>
      </>
    )
  return (
    <>
      <PageHead title="Tokens" />
      <p class="lead">Each caller of the API has a token of its own, with no more than it needs.</p>
      {created !== undefined && <SecretOnce secret={created.token} what="token" />}
      <NameForm
        id="token-name"
        name={name}
        rename={setName}
        creation={creation}
        create={create}
        action="Create token"
        refused="Not created."
      >
        <fieldset>
          <legend>Scopes</legend>
          {scopes.map(({ scope, says }) => (
            <label key={scope} class="check">
              <input
                type="checkbox"
                checked={chosen.includes(scope)}
                onChange={(ticked) =>
                  setChosen(
                    ticked.currentTarget.checked
                      ? [...chosen, scope]
                      : chosen.filter((other) => other !== scope),
                  )
                }
              />
              <span>
                <code>{scope}</code> <span class="quiet">{says}</span>
              </span>
            </label>
          ))}
          <div class="wrong" aria-live="polite">
            {problem?.of('scopes')}
          </div>
        </fieldset>
        <Field id="token-expires" label="Expires" hint="Empty: never." wrong={problem?.of('expires_at')}>
          {(props) => (
            <input
              {...props}
              type="datetime-local"
              value={expires}
              onInput={(typed) => setExpires(typed.currentTarget.value)}
            />
          )}
        </Field>
      </NameForm>
      <AccessList<Token>
        path="tokens"
        version={version}
        nothing="There are no tokens."
        remove="Revoke"
        warning="Whoever uses it is refused from now on. If it is the one that you signed in with, that is you."
        facts={({ scopes: its, expires_at: end }) => (
          <>
            {its.join(', ')} ·{' '}
            {end === null ? (
              'never expires'
            ) : (
              <>
                expires <Time at={end} />
              </>
            )}
          </>
        )}
      />
    </>
  )
}
