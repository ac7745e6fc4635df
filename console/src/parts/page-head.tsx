import type { ComponentChildren } from 'preact'

/** A page's heading, the way back to the page above it, and what can be done there. */
export function PageHead({
  title,
  back,
  children,
}: {
  title: string
  back?: { href: string; label: string }
  children?: ComponentChildren
}) {
  return (
    <div class="page-head">
      <div class="page-title">
        {back !== undefined && (
          <a class="back" href={back.href}>
            <span aria-hidden="true">←</span> {back.label}
          </a>
        )}
        <h1 tabIndex={-1}>{title}</h1>
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </div>
  )
}
