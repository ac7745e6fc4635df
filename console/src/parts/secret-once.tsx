import { CopyButton } from './copy-button.tsx'

/** A secret that is shown this once. */
export function SecretOnce({ secret, what }: { secret: string; what: string }) {
  return (
    <div class="notice notice-good">
      <p>
        <strong>Copy the {what} now: it is not shown again.</strong>
      </p>
      <p class="secret">
        <code class="breakable">{secret}</code>{' '}
        <CopyButton text={secret} what={what.charAt(0).toUpperCase() + what.slice(1)} />
      </p>
    </div>
  )
}
