import { useState } from 'preact/hooks'
import { apiRoot, call } from '../../api/client.ts'
import type { Source, SourceWithSecret } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { Field } from '../../parts/field.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { Time } from '../../parts/time.tsx'
import { canChange } from '../../session.ts'
import { useUnsaved } from '../../unsaved.ts'
import { AccessList } from './access-list.tsx'
import { NameForm } from './name-form.tsx'

/** The Sourcegraph instances that post events here. */
export function Sources() {
  const [name, setName] = useState('')
  const [secret, setSecret] = useState('')
  const [created, setCreated] = useState<SourceWithSecret>()
  const [version, setVersion] = useState(0)
  const creation = useAction()
  const { problem, run } = creation
  useUnsaved(name + secret !== '')
  const create = () =>
    run(async () => {
      const body = secret === '' ? { name } : { name, secret }
      setCreated((await call<SourceWithSecret>('POST', 'sources', { body })).body)
      setName('')
      setSecret('')
      setVersion((count) => count + 1)
    })
  return (
    <>
      <PageHead title="Sources" />
      <p class="lead">
        Sourcegraph instances that send their events here, each known by the secret that it signs with.
      </p>
      {created !== undefined && (
        <>
          <SecretOnce secret={created.secret} what="secret" />
          <p>
            In Sourcegraph, create an outgoing webhook to{' '}
            <code class="breakable">{new URL('events', apiRoot).href}</code> with this secret and all event
            types.
          </p>
        </>
      )}
      {canChange.value && (
        <NameForm
          id="source-name"
          name={name}
          rename={setName}
          creation={creation}
          create={create}
          action="Connect"
          refused="Not connected."
        >
          <Field id="source-secret" label="Secret" hint="Empty: one is made." wrong={problem?.of('secret')}>
            {(props) => (
              <input
                {...props}
                class="mono"
                autoComplete="off"
                maxLength={256}
                value={secret}
                onInput={(typed) => setSecret(typed.currentTarget.value)}
              />
            )}
          </Field>
        </NameForm>
      )}
      <AccessList<Source>
        path="sources"
        version={version}
        nothing="No Sourcegraph instance is connected yet."
        remove="Disconnect"
        warning="Its requests are refused from now on. The events that came from it stay."
        facts={({ last_event_at: last }) =>
          last === null ? (
            'no event yet'
          ) : (
            <>
              last event <Time at={last} />
            </>
          )
        }
      />
    </>
  )
}
