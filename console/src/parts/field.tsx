import type { ComponentChildren, JSX } from 'preact'

interface ControlProps {
  readonly id: string
  readonly 'aria-describedby': string
  readonly 'aria-invalid': boolean
}

/** A control with its label, what helps to fill it in, and what is wrong with it. */
export function Field({
  id,
  label,
  hint,
  wrong,
  children,
}: {
  id: string
  label: string
  hint?: ComponentChildren
  wrong?: string | undefined
  children: (props: ControlProps) => JSX.Element
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-hint ${id}-wrong`, 'aria-invalid': wrong !== undefined })}
      <div class="hint" id={`${id}-hint`}>
        {hint}
      </div>
      <div class="wrong" id={`${id}-wrong`} aria-live="polite">
        {wrong}
      </div>
    </div>
  )
}
