import { Field } from '../../parts/field.tsx'
import { readSchedule } from '../../words/schedule.ts'
import type { FormPart } from './form-part.ts'

/** How, how fast and for how long. */
export function DeliveryFields({ draft, change, problem }: FormPart) {
  const schedule = readSchedule(draft.schedule)
  return (
    <>
      <Field
        id="schedule"
        label="Retry schedule"
        hint={'words' in schedule ? schedule.words : 'The wait before each attempt, the first included.'}
        wrong={'problem' in schedule ? schedule.problem : problem?.of('retry_schedule')}
      >
        {(props) => (
          <input
            {...props}
            class="mono"
            placeholder="0s, 5s, 5m, 30m, 2h"
            spellcheck={false}
            value={draft.schedule}
            onInput={(typed) => change({ schedule: typed.currentTarget.value })}
          />
        )}
      </Field>
      <div class="columns">
        <Field
          id="rate"
          label="Rate limit"
          hint="Requests a second at most. Empty: no limit. What is over it waits; nothing is dropped."
          wrong={problem?.of('rate_limit')}
        >
          {(props) => (
            <input
              {...props}
              type="number"
              min="0.1"
              max="1000"
              step="any"
              value={draft.rateLimit}
              onInput={(typed) => change({ rateLimit: typed.currentTarget.value })}
            />
          )}
        </Field>
        <Field
          id="retention"
          label="Retention"
          hint="How long its log is shown, such as 7d. Empty: as long as the deployment keeps it."
          wrong={problem?.of('retention')}
        >
          {(props) => (
            <input
              {...props}
              class="mono"
              placeholder="7d"
              value={draft.retention}
              onInput={(typed) => change({ retention: typed.currentTarget.value })}
            />
          )}
        </Field>
      </div>
    </>
  )
}
