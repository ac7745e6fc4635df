import { leaving, letGo } from '../unsaved.ts'
import { Confirm } from './confirm.tsx'

/** Asks whether what was typed may be lost, when one is about to leave it. */
export function LeaveQuestion() {
  const go = leaving.value
  if (go === undefined) return null
  return (
    <Confirm
      title="Leave without saving?"
      action="Leave"
      cancel="Stay"
      close={() => {
        leaving.value = undefined
      }}
      act={async () => {
        letGo()
        go()
      }}
    >
      <p>What you have changed here is not saved, and would be lost.</p>
    </Confirm>
  )
}
