import type { ApiProblem } from '../api/problem.ts'

/** A refusal in the API's own words, read out when it appears. */
export function Problem({ problem, title }: { problem: ApiProblem | undefined; title?: string }) {
  if (problem === undefined) return null
  const named = problem.errors.filter(({ field }) => field !== '')
  return (
    <div class="notice notice-bad" role="alert">
      {title !== undefined && <strong>{title} </strong>}
      {named.length > 1 ? (
        <ul>
          {named.map(({ field, detail }) => (
            <li key={field}>
              <code>{field}</code> {detail}
            </li>
          ))}
        </ul>
      ) : (
        problem.message
      )}
      {problem.status >= 500 && problem.requestId !== undefined && (
        <p class="quiet">
          Request <code>{problem.requestId}</code>
        </p>
      )}
    </div>
  )
}

/** Instead of `Problem` where old data are still shown. */
export function StaleNotice({ problem }: { problem: ApiProblem | undefined }) {
  if (problem === undefined) return null
  return (
    <p class="notice notice-warn" role="status">
      This is not up to date. {problem.message}
    </p>
  )
}
