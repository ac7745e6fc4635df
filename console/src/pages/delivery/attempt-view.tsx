import type { Attempt, DeliveryWithAttempts } from '../../api/resources.ts'
import { BodyText } from '../../parts/body-text.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { HeaderList } from '../../parts/header-list.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { asCurl } from '../../words/curl.ts'

/** One attempt: what was sent, what came back, or why nothing did. */
export function AttemptView({ delivery, attempt }: { delivery: DeliveryWithAttempts; attempt: Attempt }) {
  const { request, response, error } = attempt
  const body = delivery.request_body
  const sent = (
    <>
      <p class="request-line">
        <code class="breakable">
          {request.method} {request.url}
        </code>
        <CopyButton text={() => asCurl(request, body)} what="The curl command" label="Copy as curl" />
      </p>
      <HeaderList headers={request.headers} />
      {body === null ? (
        <p class="quiet">The body is gone: it has expired or was erased.</p>
      ) : (
        <BodyText text={body} what="Request body" />
      )}
    </>
  )
  const came = response && (
    <>
      <p>
        Status <strong>{response.status}</strong>
      </p>
      <HeaderList headers={response.headers} />
      {response.body_encoding === 'base64' && <p class="quiet">The body is no text; this is its base64.</p>}
      <BodyText text={response.body} what="Response body" />
      {response.truncated && <p class="quiet">The body was longer than what is kept, or broke off.</p>}
    </>
  )
  const tabs = [
    { name: 'Request', content: sent },
    ...(came === null ? [] : [{ name: 'Response', content: came }]),
    ...(error === null ? [] : [{ name: 'Error', content: <p class="notice notice-bad">{error}</p> }]),
  ]
  return <Tabs key={attempt.number} label={`Attempt ${attempt.number}`} tabs={tabs} first={1} />
}
