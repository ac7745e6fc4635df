import type { Webhook } from '../../api/resources.ts'
import { type Draft, draftOf, fieldNames, type PlainField, shownValue } from '../../webhook-draft.ts'
import type { Merged } from '../../webhook-merge.ts'

/** Says what somebody else changed while this was edited. Nothing is saved yet, and nothing that was typed is lost. */
export function Clash({
  merged: { taken, clashes },
  theirs,
  draft,
  take,
}: {
  merged: Merged
  theirs: Webhook
  draft: Draft
  take: (field: PlainField) => void
}) {
  const other = draftOf(theirs)
  return (
    <div class="notice notice-warn" id="clash" tabIndex={-1} role="alert">
      <p>
        <strong>
          Somebody changed this webhook while you edited it. Nothing of yours is saved yet, and nothing is
          lost.
        </strong>
      </p>
      {taken.length > 0 && (
        <p>
          They changed, and you see it below:{' '}
          {taken.map((field) => `${fieldNames[field]} (${shownValue(other, field)})`).join('; ')}.
        </p>
      )}
      {clashes.length > 0 && (
        <p>You both changed the following. As it is, saving puts yours in the place of theirs.</p>
      )}
      {clashes.map((field) => (
        <div key={field} class="clash">
          <strong>{fieldNames[field]}</strong>
          <span class="breakable">Theirs: {shownValue(other, field)}</span>
          <span class="breakable">Yours: {shownValue(draft, field)}</span>
          <button type="button" class="button button-small" onClick={() => take(field)}>
            Take theirs
          </button>
        </div>
      ))}
      <p>Look it over, and save again.</p>
    </div>
  )
}
