import { afterEach, expect, it } from 'vitest'
import { type CommandLine, commandLineFor } from './support/command-line.ts'
import { type FakeApi, startFakeApi } from './support/fake-api.ts'

const id = 'evt_01kaqc3h5n8r2c4x7t9v2y4z6b'
const time = '2026-11-24T00:00:00.000Z'

function delivery(status: string) {
  return {
    ...{
      id: `dlv_${status}`,
      event_id: id,
      webhook_id: 'whk_x',
      event_type: 'a:b',
      trigger: 'event',
      status,
    },
    ...{ attempt_count: 1, last_status: 200, last_error: null, created_at: time, updated_at: time },
    next_attempt_at: null,
  }
}

const event = {
  ...{ id, type: 'a:b', origin: { kind: 'token', id: 'tok_x' }, accepted_at: time, payload_bytes: 5 },
  ...{ fanned_out_at: time, webhook_ids: ['whk_x'], missed_by: [], erased_at: null },
}

let api: FakeApi
let cli: CommandLine
afterEach(async () => {
  cli.remove()
  await api.close()
})

/** An API that takes an erasure at the `goodAt`th time. */
async function begin(goodAt = 1) {
  let erasures = 0
  api = await startFakeApi(({ method, path }) => {
    if (method === 'DELETE' && path === `/events/${id}/payload`) {
      if (++erasures < goodAt)
        return {
          status: 503,
          body: { detail: 'Begun: send the same again.' },
          headers: { 'retry-after': '1' },
        }
      return { status: 200, body: { ...event, erased_at: time } }
    }
    const deliveries = ['delivered', 'retrying', 'exhausted'].map(delivery)
    return { status: 200, body: { ...event, payload: { name: 'x' }, deliveries } }
  })
  cli = commandLineFor(api.url, 'x')
}
const erase = ['events', 'erase', id]

it('erases a payload once it is confirmed, and says what that does to deliveries', async () => {
  await begin()
  const ran = await cli.run(erase, { answers: [true] })
  expect(cli.questions).toEqual([
    `Erase the payload of ${id} (a:b, 2026-11-24T00:00:00Z), and what receivers answered to it, for good? 1 delivery of it still under way will not be made. 1 receiver has it already, which this does not undo.`,
  ])
  expect(ran).toMatchObject({ code: 0, out: expect.stringContaining(`The payload of ${id} is erased.`) })
  expect(api.asked()).toEqual([`GET /events/${id}`, `DELETE /events/${id}/payload`])
})

it('erases nothing without a yes', async () => {
  await begin()
  expect(await cli.run(erase, { answers: [false] })).toMatchObject({ code: 1 })
  expect(await cli.run(erase)).toMatchObject({ code: 2 })
  expect(api.asked()).toEqual([`GET /events/${id}`, `GET /events/${id}`])
})

it('goes on with an erasure that the API could not finish', async () => {
  await begin(3)
  const ran = await cli.run([...erase, '--yes', '--json'], { pauseMs: 1 })
  expect(ran.json()).toMatchObject({ id, erased_at: time })
})

it('does not say that it is erased when it is not', async () => {
  await begin(9)
  const ran = await cli.run([...erase, '--yes'], { pauseMs: 1 })
  expect(ran).toMatchObject({ code: 4, out: '', err: 'Begun: send the same again.\n' })
})
