/** Moves the focus to the first field that is marked as wrong, once it is marked. */
export function focusFirstWrong(): void {
  requestAnimationFrame(() => {
    const wrong = document.querySelector<HTMLElement>('form [aria-invalid="true"]')
    const shown = wrong ?? document.querySelector<HTMLElement>('form [role="alert"]')
    wrong?.focus()
    shown?.scrollIntoView({ block: 'center' })
  })
}
