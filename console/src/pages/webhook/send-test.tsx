import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { useEventTypes } from '../../api/event-types.ts'
import type { Delivery, DeliveryWithAttempts } from '../../api/resources.ts'
import { useAction } from '../../api/use-action.ts'
import { announce } from '../../parts/announce.tsx'
import { DeliveryStatus } from '../../parts/delivery-status.tsx'
import { Field } from '../../parts/field.tsx'
import { Problem } from '../../parts/problem.tsx'
import { at } from '../../router.ts'
import type { PageProps } from '../../routes.tsx'
import { canChange } from '../../session.ts'
import { AttemptView } from '../delivery/attempt-view.tsx'
import { WebhookPage } from './webhook-page.tsx'

/** Sends a sample event and shows what the receiver answers. */
export function SendTest({ values: { id = '' } }: PageProps) {
  const [type, setType] = useState('batch_change:apply')
  const [sent, setSent] = useState<DeliveryWithAttempts>()
  const [waiting, setWaiting] = useState<string>()
  const { data: types = [] } = useEventTypes()
  const { isBusy, problem, run } = useAction()
  const send = () =>
    run(async () => {
      setSent(undefined)
      setWaiting(undefined)
      const answer = await call<DeliveryWithAttempts | Pick<Delivery, 'id'>>('POST', `webhooks/${id}/test`, {
        body: { event_type: type },
      })
      if ('attempts' in answer.body) setSent(answer.body)
      else setWaiting(answer.body.id)
      announce('The test was sent.')
    })
  const attempt = sent?.attempts.at(-1)
  return (
    <WebhookPage id={id} title="Send a test">
      {() => (
        <>
          <form
            class="form"
            onSubmit={(submitted) => {
              submitted.preventDefault()
              send()
            }}
          >
            <Field
              id="test-type"
              label="Event type"
              hint="A sample of it is sent once, signed as always, also while the webhook is off. You may enter any other type."
              wrong={problem?.of('event_type')}
            >
              {(props) => (
                <input
                  {...props}
                  class="mono"
                  list="test-types"
                  required
                  value={type}
                  onInput={(typed) => setType(typed.currentTarget.value)}
                />
              )}
            </Field>
            <datalist id="test-types">
              {types.map(({ key }) => (
                <option key={key} value={key} />
              ))}
            </datalist>
            <Problem problem={problem} title="Not sent." />
            <button type="submit" class="button button-main" disabled={isBusy || !canChange.value}>
              {isBusy ? 'Waiting for the answer…' : 'Send a test'}
            </button>
          </form>
          {waiting !== undefined && (
            <p class="notice notice-warn" role="status">
              The receiver has not answered within 20 s.{' '}
              <a href={at(`/webhooks/${id}`, { delivery: waiting })}>Look at it in the log</a>
            </p>
          )}
          {sent !== undefined && (
            <section class="delivery result" aria-labelledby="test-title">
              <h2 id="test-title">
                What came of it: <DeliveryStatus delivery={sent} />
              </h2>
              {sent.last_error !== null && <p class="notice notice-bad">{sent.last_error}</p>}
              {attempt !== undefined && <AttemptView delivery={sent} attempt={attempt} />}
            </section>
          )}
        </>
      )}
    </WebhookPage>
  )
}
