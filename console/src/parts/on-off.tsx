import { useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { asProblem } from '../api/problem.ts'
import type { Webhook } from '../api/resources.ts'
import { canChange, whyNot } from '../session.ts'
import { announce } from './announce.tsx'
import { Switch } from './switch.tsx'

/** The switch of a webhook, which says what it does. */
export function OnOff({ webhook: { id, url, enabled }, changed }: { webhook: Webhook; changed: () => void }) {
  const [isBusy, setBusy] = useState(false)
  const turn = async () => {
    setBusy(true)
    try {
      await call('PATCH', `webhooks/${id}`, { body: { enabled: !enabled } })
      announce(enabled ? `Off: nothing is sent to ${url}.` : `On: events are sent to ${url}.`)
      changed()
    } catch (error) {
      announce(asProblem(error).message)
    }
    setBusy(false)
  }
  return (
    <Switch
      isOn={enabled}
      label={`Send events to ${url}`}
      isDisabled={!canChange.value || isBusy}
      reason={canChange.value ? undefined : whyNot}
      turn={turn}
    />
  )
}
