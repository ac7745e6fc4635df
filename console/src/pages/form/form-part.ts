import type { ApiProblem } from '../../api/problem.ts'
import type { Draft } from '../../webhook-draft.ts'

/** What every part of the form gets. */
export interface FormPart {
  readonly draft: Draft
  readonly change: (change: Partial<Draft>) => void
  /** The API's refusal of the last try to save. */
  readonly problem: ApiProblem | undefined
}
