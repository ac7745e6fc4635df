import { useEffect, useRef } from 'preact/hooks'
import { SignIn } from './pages/sign-in.tsx'
import { Announcements } from './parts/announce.tsx'
import { LeaveQuestion } from './parts/leave-question.tsx'
import { Due } from './parts/time.tsx'
import { matchPath, place } from './router.ts'
import { routes, sections } from './routes.tsx'
import { canChange, self, signedOut, token, whyNot } from './session.ts'
import { leave } from './unsaved.ts'

/** The whole console: signing in, or a page with the way to all others. */
export function App() {
  if (token.value === null) {
    return (
      <>
        <SignIn />
        <Announcements />
      </>
    )
  }
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to content
      </button>
      <Header />
      <Main />
      <LeaveQuestion />
      <Announcements />
    </>
  )
}

function skipToMain() {
  document.querySelector<HTMLElement>('main')?.focus()
}

function Header() {
  const { path } = place.value
  return (
    <header class="top">
      <span class="brand">Outgoing webhooks</span>
      <nav aria-label="Console">
        {sections.map(({ href, label, under }) => (
          <a
            key={href}
            href={href}
            aria-current={under.some((start) => path.startsWith(start)) ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <div class="who">
        {self.value !== null && (
          <span
            class="who-name quiet"
            title={`The token that you signed in with: ${self.value.scopes.join(', ')}`}
          >
            {self.value.name}
            {self.value.expires_at !== null && (
              <>
                , ends <Due at={self.value.expires_at} />
              </>
            )}
          </span>
        )}
        {!canChange.value && (
          <span class="badge" title={whyNot}>
            Read only
          </span>
        )}
        <button type="button" class="button button-small" onClick={() => leave(() => signedOut(null))}>
          Sign out
        </button>
      </div>
    </header>
  )
}

/** The page of the place; its heading gets the focus when another page opens, so that it is read out. */
function Main() {
  const { path } = place.value
  const isFirst = useRef(true)
  const found = routes
    .map(({ pattern, title, page }) => ({ title, page, values: matchPath(pattern, path) }))
    .find(({ values }) => values !== undefined)
  useEffect(() => {
    document.title = `${found?.title ?? 'Not found'} · Outgoing webhooks`
    if (!isFirst.current) {
      scrollTo(0, 0)
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    }
    isFirst.current = false
  }, [path, found?.title])
  const Page = found?.page
  return (
    <main id="main" tabIndex={-1}>
      {Page === undefined ? <NotFound /> : <Page key={path} values={found?.values ?? {}} />}
    </main>
  )
}

function NotFound() {
  return (
    <>
      <h1 tabIndex={-1}>There is no such page</h1>
      <p>
        <a href="#/webhooks">All webhooks</a>
      </p>
    </>
  )
}
