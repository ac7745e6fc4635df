import { announce } from './announce.tsx'

/** Copies a text, and says so. `label`: what stands on the button instead of Copy. */
export function CopyButton({
  text,
  what,
  label,
}: {
  text: string | (() => string)
  what: string
  label?: string
}) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
      announce(`${what} copied.`)
    } catch {
      announce(`The browser did not allow copying: select the text and copy it yourself.`)
    }
  }
  return (
    <button
      type="button"
      class="button button-small"
      onClick={copy}
      aria-label={label ?? `Copy ${what.toLowerCase()}`}
    >
      {label ?? 'Copy'}
    </button>
  )
}
