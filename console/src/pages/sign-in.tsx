import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiProblem, asProblem } from '../api/problem.ts'
import { selfOf } from '../api/sign-in.ts'
import { Problem } from '../parts/problem.tsx'
import { endReason, signedIn } from '../session.ts'

/** Takes a token, tries it, and keeps it for this tab. */
export function SignIn() {
  const [problem, setProblem] = useState<ApiProblem>()
  const [isBusy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    document.title = 'Sign in · Outgoing webhooks'
    input.current?.focus()
  }, [])
  const submit = async (submitted: SubmitEvent) => {
    submitted.preventDefault()
    const token = input.current?.value.trim() ?? ''
    setBusy(true)
    try {
      signedIn(token, await selfOf(token))
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
      input.current?.focus()
    }
  }
  return (
    <main class="sign-in">
      <h1>Outgoing webhooks</h1>
      {endReason.value !== null && problem === undefined && (
        <p class="notice notice-warn" role="status">
          You were signed out. {endReason.value}
        </p>
      )}
      <form onSubmit={submit}>
        <div class="field">
          <label for="token">API token</label>
          <input
            ref={input}
            id="token"
            type="password"
            autoComplete="off"
            spellcheck={false}
            required
            aria-describedby="token-hint"
          />
          <p class="hint" id="token-hint">
            With the scope <code>admin</code> you can change everything, with <code>read</code> you can look.
            It is kept for this tab, until you close it or sign out.
          </p>
        </div>
        <Problem problem={problem} />
        <button type="submit" class="button button-main" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
