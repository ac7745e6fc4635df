import { useEventTypes } from '../../api/event-types.ts'

/** What of a log is wanted, as its address has it. */
export type LogQuery = Readonly<Record<'errors' | 'status' | 'type' | 'from' | 'to', string>>

const statuses = ['pending', 'retrying', 'delivered', 'exhausted', 'cancelled']

/** Which deliveries of a log are shown. */
export function LogFilters({
  query,
  change,
}: {
  query: LogQuery
  change: (change: Partial<LogQuery>) => void
}) {
  const { data: types = [] } = useEventTypes()
  const keys = types.map(({ key }) => key)
  const shown = query.type === '' || keys.includes(query.type) ? keys : [query.type, ...keys]
  return (
    <search class="filters">
      <label class="check field">
        <input
          type="checkbox"
          checked={query.errors === 'true'}
          onChange={(ticked) => change({ errors: ticked.currentTarget.checked ? 'true' : '' })}
        />
        <span>Show errors</span>
      </label>
      <Choice
        id="log-status"
        label="Status"
        value={query.status}
        choices={statuses}
        choose={(status) => change({ status })}
      />
      <Choice
        id="log-type"
        label="Event type"
        value={query.type}
        choices={shown}
        choose={(type) => change({ type })}
      />
      <When id="log-from" label="From" value={query.from} choose={(from) => change({ from })} />
      <When id="log-to" label="Until" value={query.to} choose={(to) => change({ to })} />
    </search>
  )
}

function Choice({
  id,
  label,
  value,
  choices,
  choose,
}: {
  id: string
  label: string
  value: string
  choices: readonly string[]
  choose: (value: string) => void
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(chosen) => choose(chosen.currentTarget.value)}>
        <option value="">All</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  )
}

function When({
  id,
  label,
  value,
  choose,
}: {
  id: string
  label: string
  value: string
  choose: (value: string) => void
}) {
  return (
    <div class="field field-when">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        value={value}
        onChange={(chosen) => choose(chosen.currentTarget.value)}
      />
    </div>
  )
}

/** A local time of an input as the API takes it; nothing when it is none. */
export function isoOf(local: string): string | undefined {
  const timeMs = Date.parse(local)
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs).toISOString()
}
