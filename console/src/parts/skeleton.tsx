/** As high as what is being loaded, so that nothing jumps when it comes. */
export function Skeleton({ rows, tall = false }: { rows: number; tall?: boolean }) {
  return (
    <div class="skeleton" aria-busy="true">
      <span class="hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class={tall ? 'bone bone-tall' : 'bone'} />
      ))}
    </div>
  )
}
