import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** Whether a form that is shown holds what is not saved. */
export const isUnsaved = signal(false)

/** What waits for the answer whether what was typed may be lost; undefined while nothing is asked. */
export const leaving = signal<(() => void) | undefined>(undefined)

/** Leaves what is shown: at once, or when a form holds what is not saved, once that may be lost. */
export function leave(act: () => void): void {
  if (isUnsaved.value) leaving.value = act
  else act()
}

/** What was typed is saved, or may be lost: nothing holds back who leaves now. */
export function letGo(): void {
  isUnsaved.value = false
}

/** For as long as the form is shown and `isDirty`, leaving it is asked about, by the browser too when the tab is closed. */
export function useUnsaved(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return
    isUnsaved.value = true
    const ask = (unload: Event) => {
      if (isUnsaved.value) unload.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => {
      isUnsaved.value = false
      removeEventListener('beforeunload', ask)
    }
  }, [isDirty])
}
