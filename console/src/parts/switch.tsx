/** Turns something on or off. */
export function Switch({
  isOn,
  label,
  isDisabled,
  reason,
  turn,
}: {
  isOn: boolean
  label: string
  isDisabled: boolean
  reason: string | undefined
  turn: () => void
}) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={isOn}
      aria-label={label}
      disabled={isDisabled}
      title={reason}
      onClick={turn}
    >
      <span class="switch-track" aria-hidden="true" />
      <span aria-hidden="true">{isOn ? 'On' : 'Off'}</span>
    </button>
  )
}
