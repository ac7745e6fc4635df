import type { ApiProblem } from '../../api/problem.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Field } from '../../parts/field.tsx'
import { newSecret } from '../../words/new-secret.ts'

/** The signing secret of a new webhook: a good one is there already. */
export function SecretField({
  secret,
  change,
  problem,
}: {
  secret: string
  change: (secret: string) => void
  problem: ApiProblem | undefined
}) {
  return (
    <Field
      id="secret"
      label="Secret"
      hint="Signs every request, so that the receiver can tell that it came from here. Made in this browser; you may enter your own. It is not shown again after this page and the next."
      wrong={problem?.of('secret')}
    >
      {(props) => (
        <div class="beside">
          <input
            {...props}
            class="mono"
            required
            maxLength={256}
            autoComplete="off"
            spellcheck={false}
            value={secret}
            onInput={(typed) => change(typed.currentTarget.value)}
          />
          <CopyButton text={secret} what="Secret" />
          <button type="button" class="button button-small" onClick={() => change(newSecret())}>
            New
          </button>
        </div>
      )}
    </Field>
  )
}
