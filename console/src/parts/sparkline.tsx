import { call } from '../api/client.ts'
import type { Activity } from '../api/resources.ts'
import { useLoad } from '../api/use-load.ts'
import { counted } from '../words/times.ts'

const refreshMs = 60_000
const height = 24
const barWidth = 4
const step = 5

/** What was sent in each of the last 24 hours, failures marked; as wide and high before it is known as after. */
export function Sparkline({ webhookId }: { webhookId: string }) {
  const { data } = useLoad(
    `activity ${webhookId}`,
    async (signal) => (await call<Activity>('GET', `webhooks/${webhookId}/activity`, { signal })).body.hours,
    { everyMs: refreshMs },
  )
  const hours = data ?? []
  const most = Math.max(1, ...hours.map(({ total }) => total))
  const total = hours.reduce((sum, hour) => sum + hour.total, 0)
  const errored = hours.reduce((sum, hour) => sum + hour.errored, 0)
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * height))
  return (
    <svg
      class="sparkline"
      width={24 * step}
      height={height}
      role="img"
      aria-label={`The last 24 hours: ${counted(total, 'request')}, ${counted(errored, 'error')}`}
    >
      <line x1="0" x2={24 * step} y1={height - 0.5} y2={height - 0.5} />
      {hours.map((hour, index) => (
        <g key={hour.hour}>
          <rect
            x={index * step}
            y={height - heightOf(hour.total)}
            width={barWidth}
            height={heightOf(hour.total)}
          />
          <rect
            class="spark-bad"
            x={index * step}
            y={height - heightOf(hour.errored)}
            width={barWidth}
            height={heightOf(hour.errored)}
          />
        </g>
      ))}
    </svg>
  )
}
