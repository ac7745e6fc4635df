import { useState } from 'preact/hooks'
import { Field } from '../../parts/field.tsx'
import { urlProblem } from '../../words/url-problem.ts'
import type { FormPart } from './form-part.ts'

/** Where to send, and what for. */
export function ReceiverFields({ draft, change, problem }: FormPart) {
  const [wasLeft, setLeft] = useState(false)
  const isWorthChecking = draft.url !== '' && (wasLeft || /^[a-z]+:\/\/./i.test(draft.url))
  return (
    <>
      <Field
        id="url"
        label="URL"
        hint="Where each event is sent to, by POST."
        wrong={(isWorthChecking ? urlProblem(draft.url) : undefined) ?? problem?.of('url')}
      >
        {(props) => (
          <input
            {...props}
            type="url"
            required
            autoComplete="off"
            spellcheck={false}
            placeholder="https://ci.example.com/hooks/sourcegraph"
            value={draft.url}
            onInput={(typed) => change({ url: typed.currentTarget.value })}
            onBlur={() => setLeft(true)}
          />
        )}
      </Field>
      <Field
        id="description"
        label="Description"
        hint="For people. Optional."
        wrong={problem?.of('description')}
      >
        {(props) => (
          <input
            {...props}
            maxLength={500}
            value={draft.description}
            onInput={(typed) => change({ description: typed.currentTarget.value })}
          />
        )}
      </Field>
    </>
  )
}
