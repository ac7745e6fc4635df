import {
  headerNameProblem,
  headerValueProblem,
  maxHeaders,
} from '../../../../functions/domain/custom-headers.ts'
import type { HeaderRow } from '../../webhook-draft.ts'
import type { FormPart } from './form-part.ts'

/** Headers that are sent beside the service's own. Their values are written and never read. */
export function HeaderFields({ draft: { headers }, change, problem }: FormPart) {
  const put = (index: number, row: Partial<HeaderRow>) =>
    change({ headers: headers.map((old, place) => (place === index ? { ...old, ...row } : old)) })
  return (
    <fieldset>
      <legend>Extra headers</legend>
      <p class="hint">Sent with every request. Values are never shown again.</p>
      {headers.map((row, index) => (
        <div key={index} class="header-row">
          <input
            class="mono"
            aria-label={`Name of header ${index + 1}`}
            placeholder="X-Team"
            value={row.name}
            readOnly={row.isKept}
            spellcheck={false}
            onInput={(typed) => put(index, { name: typed.currentTarget.value })}
          />
          <input
            class="mono"
            aria-label={`Value of header ${row.name || index + 1}`}
            placeholder={row.isKept ? 'Kept. Type to replace it' : 'Value'}
            value={row.value}
            spellcheck={false}
            autoComplete="off"
            onInput={(typed) => put(index, { value: typed.currentTarget.value, isKept: false })}
          />
          <button
            type="button"
            class="button button-small"
            aria-label={`Remove header ${row.name || index + 1}`}
            onClick={() => change({ headers: headers.filter((_, place) => place !== index) })}
          >
            Remove
          </button>
          <p class="wrong">{rowProblem(row)}</p>
        </div>
      ))}
      <div class="wrong" aria-live="polite">
        {problem?.of('headers')}
      </div>
      {headers.length < maxHeaders && (
        <button
          type="button"
          class="button button-small"
          onClick={() => change({ headers: [...headers, { name: '', value: '', isKept: false }] })}
        >
          Add a header
        </button>
      )}
    </fieldset>
  )
}

function rowProblem({ name, value, isKept }: HeaderRow): string | undefined {
  if (name === '' || isKept) return undefined
  const problem = headerNameProblem(name) ?? headerValueProblem(value)
  return problem && `${name} ${problem}.`
}
