import { useState } from 'preact/hooks'
import { type ApiProblem, asProblem } from './problem.ts'

/** Something that is done on request, one at a time: whether it is under way, and why it was refused the last time. */
export interface Action {
  readonly isBusy: boolean
  readonly problem: ApiProblem | undefined
  run(act: () => Promise<void>): Promise<void>
}

export function useAction(): Action {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiProblem>()
  const run = async (act: () => Promise<void>) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await act()
    } catch (error) {
      setProblem(asProblem(error))
    }
    setBusy(false)
  }
  return { isBusy, problem, run }
}
