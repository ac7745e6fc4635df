import { useEventTypes } from '../../api/event-types.ts'
import type { EventType } from '../../api/resources.ts'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { wordsIn } from '../../webhook-draft.ts'
import type { FormPart } from './form-part.ts'

const groupNames: Readonly<Record<string, string>> = {
  batch_change: 'Batch changes',
  changeset: 'Changesets',
  user: 'Users',
  webhook: 'This service',
}

/** Which events the webhook gets. */
export function EventTypeFields({ draft: { types }, change, problem }: FormPart) {
  const { data: known = [], problem: notLoaded } = useEventTypes()
  const isAll = types.includes('*')
  const keys = known.map(({ key }) => key)
  const others = types.filter((type) => type !== '*' && !keys.includes(type))
  const chosen = types.filter((type) => keys.includes(type))
  const turn = (key: string, isOn: boolean) =>
    change({ types: isOn ? [...types, key] : types.filter((type) => type !== key) })
  const hasAllKnown = known.length > 0 && chosen.length === known.length
  const wrong = problem?.of('event_types')
  return (
    <fieldset aria-describedby="types-wrong">
      <legend>Event types</legend>
      <Problem problem={notLoaded} title="The event types cannot be listed." />
      <label class="check">
        <input
          type="checkbox"
          checked={isAll}
          onChange={(ticked) => change({ types: ticked.currentTarget.checked ? ['*'] : [] })}
        />
        <span>
          Everything <span class="quiet">All event types, those to come included.</span>
        </span>
      </label>
      {!isAll && (
        <>
          <label class="check">
            <input
              type="checkbox"
              checked={hasAllKnown}
              onChange={(ticked) =>
                change({ types: [...others, ...(ticked.currentTarget.checked ? keys : [])] })
              }
            />
            <span>Select all of these</span>
          </label>
          <div class="type-groups">
            {grouped(known).map(([group, members]) => (
              <fieldset key={group}>
                <legend>{groupNames[group] ?? group}</legend>
                {members.map(({ key, description }) => (
                  <label key={key} class="check">
                    <input
                      type="checkbox"
                      checked={chosen.includes(key)}
                      onChange={(ticked) => turn(key, ticked.currentTarget.checked)}
                    />
                    <span>
                      <code>{key}</code> <span class="quiet">{description}</span>
                    </span>
                  </label>
                ))}
              </fieldset>
            ))}
          </div>
          <Field
            id="other-types"
            label="Other event types"
            hint="Types that Sourcegraph sends and that are not in this list, with commas between."
          >
            {(props) => (
              <input
                {...props}
                class="mono"
                defaultValue={others.join(', ')}
                onChange={(typed) => change({ types: [...chosen, ...wordsIn(typed.currentTarget.value)] })}
              />
            )}
          </Field>
        </>
      )}
      <div class="wrong" id="types-wrong" aria-live="polite">
        {wrong}
      </div>
    </fieldset>
  )
}

function grouped(types: readonly EventType[]): [string, EventType[]][] {
  const groups = new Map<string, EventType[]>()
  for (const type of types) {
    const [group = ''] = type.key.split(':', 1)
    groups.set(group, [...(groups.get(group) ?? []), type])
  }
  return [...groups]
}
