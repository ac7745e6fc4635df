import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiProblem, asProblem } from '../api/problem.ts'
import { Problem } from './problem.tsx'

/** Asks before something that cannot be taken back, and says what it does. Closes itself when `act` resolves. */
export function Confirm({
  title,
  action,
  cancel = 'Cancel',
  act,
  close,
  children,
}: {
  title: string
  action: string
  cancel?: string
  act: () => Promise<void>
  close: () => void
  children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState<ApiProblem>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const confirmed = async () => {
    setBusy(true)
    try {
      await act()
      close()
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" onClose={close}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      <Problem problem={problem} />
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          {cancel}
        </button>
        <button type="button" class="button button-danger" disabled={isBusy} onClick={confirmed}>
          {action}
        </button>
      </div>
    </dialog>
  )
}
