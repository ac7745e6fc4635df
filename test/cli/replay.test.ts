import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type CommandLine, commandLineFor } from './support/command-line.ts'
import { type FakeApi, shownWebhook, startFakeApi } from './support/fake-api.ts'

const webhookId = 'whk_01kaqc3h5n8r2c4x'
const Body = z.looseObject({ dry_run: z.boolean(), since: z.string() })

/** An API whose replays match so many events, and go on by a quarter with each look. */
async function apiWith({ matched = 8, enabled = true, end = 'finished' } = {}) {
  const replays = new Map<string, Record<string, unknown>>()
  return startFakeApi(({ method, path, body }) => {
    if (path === `/webhooks/${webhookId}`) return { status: 200, body: shownWebhook({ enabled }) }
    if (path === `/webhooks/${webhookId}/replay`) {
      const wanted = Body.parse(body)
      const replay = {
        id: `rpl_${replays.size}`,
        webhook_id: webhookId,
        status: 'running',
        until: '2026-11-24T00:00:00.000Z',
        examined: 0,
        matched: 0,
        queued: 0,
        skipped: 0,
        reason: null,
        progress: 0,
        created_at: '2026-11-24T00:00:00.000Z',
        updated_at: '2026-11-24T00:00:00.000Z',
        finished_at: null,
        ...wanted,
      }
      replays.set(replay.id, replay)
      return { status: 202, body: replay }
    }
    if (path === `/webhooks/${webhookId}/replays`)
      return { status: 200, body: { data: [...replays.values()].toReversed(), next_cursor: null } }
    const id = path.split('/')[2] ?? ''
    const replay = replays.get(id)
    if (replay === undefined) return { status: 404, body: { detail: `There is no replay ${id}.` } }
    if (method === 'POST') replay.status = 'cancelled'
    else if (replay.status === 'running') {
      replay.progress = Number(replay.progress) + 0.25
      replay.matched = matched * Number(replay.progress)
      replay.queued = replay.dry_run === true ? 0 : replay.matched
      if (replay.progress === 1) replay.status = end
    }
    return { status: 200, body: replay }
  })
}

describe('replay', () => {
  let api: FakeApi
  let cli: CommandLine
  const begin = async (settings = {}) => {
    api = await apiWith(settings)
    cli = commandLineFor(api.url, 'x')
  }
  afterEach(async () => {
    cli.remove()
    await api.close()
  })

  const replay = (...args: string[]) => ['replay', webhookId, '--since', '24h', ...args]
  const started = () => api.requests.filter(({ path }) => path.endsWith('/replay')).map(({ body }) => body)

  it('counts first, asks, sends what was counted, and shows how far it is', async () => {
    await begin()
    const ran = await cli.run(replay('--only', 'failed'), { answers: [true], pauseMs: 1 })
    expect(ran.code).toBe(0)
    expect(started()).toEqual([
      { since: expect.any(String), include: 'failed', dry_run: true },
      { since: expect.any(String), include: 'failed', until: '2026-11-24T00:00:00.000Z', dry_run: false },
    ])
    expect(cli.questions).toEqual([`Send 8 events to ${webhookId} (https://ci.example.com/hooks)?`])
    expect(ran.err).toContain(`8 events between`)
    expect(ran.err).toContain('75 % 6 of 8 queued')
    expect(ran.out).toMatch(/status +finished\n[\s\S]*queued +8\n/)
  })

  it('sends nothing unless it is told yes', async () => {
    await begin()
    expect(await cli.run(replay(), { answers: [false], pauseMs: 1 })).toMatchObject({ code: 1 })
    expect(await cli.run(replay(), { pauseMs: 1 })).toMatchObject({ code: 2 })
    expect(started()).toMatchObject([{ dry_run: true }, { dry_run: true }])
  })

  it('says that what was delivered is sent a second time when everything is sent', async () => {
    await begin()
    const ran = await cli.run(replay('--yes'), { pauseMs: 1 })
    expect(ran.err).toContain('Those that were delivered already are sent a second time.')
    expect(ran.code).toBe(0)
  })

  it('only counts with --dry-run, also for a webhook that is off', async () => {
    await begin({ enabled: false })
    const ran = await cli.run(replay('--dry-run', '--only', 'missed', '--json'), { pauseMs: 1 })
    expect(ran.json()).toMatchObject({ matched: 8, queued: 0, dry_run: true, status: 'finished' })
    expect(started()).toHaveLength(1)
  })

  it('starts nothing when nothing matches, and nothing for a webhook that is off', async () => {
    await begin({ matched: 0 })
    expect(await cli.run(replay('--yes'), { pauseMs: 1 })).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing was sent.'),
    })
    expect(started()).toHaveLength(1)
    await api.close()
    await begin({ enabled: false })
    expect(await cli.run(replay('--yes'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('webhooks enable'),
    })
    expect(started()).toEqual([])
  })

  it('does not wait for the end with --no-wait, and tells how to look and to stop it', async () => {
    await begin()
    const ran = await cli.run(replay('--yes', '--no-wait'), { pauseMs: 1 })
    expect(ran.code).toBe(0)
    expect(ran.err).toMatch(/replay status rpl_1\n.*replay cancel rpl_1/)
  })

  it('leaves it running on Ctrl-C, and says so', async () => {
    await begin()
    const stop = new AbortController()
    const onText = (text: string) => text.includes('Started') && stop.abort()
    const ran = await cli.run(replay('--yes'), { pauseMs: 1, stop: stop.signal, onText })
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('It goes on by itself.') })
  })

  it('stops counting on Ctrl-C, and sends nothing', async () => {
    await begin()
    const stop = new AbortController()
    const onText = (text: string) => text.includes('counted') && stop.abort()
    const ran = await cli.run(replay('--yes'), { pauseMs: 1, stop: stop.signal, onText })
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was sent.') })
    expect(started()).toHaveLength(1)
    expect(api.asked().at(-1)).toBe('POST /replays/rpl_0/cancel')
  })

  it('fails when it was cancelled by somebody', async () => {
    await begin({ end: 'cancelled' })
    expect(await cli.run(replay('--yes', '--only', 'failed'), { pauseMs: 1 })).toMatchObject({ code: 1 })
  })

  it('lists, shows and cancels replays', async () => {
    await begin()
    await cli.run(replay('--yes', '--no-wait'), { pauseMs: 1 })
    expect((await cli.run(['replay', 'list', webhookId, '--json'])).data()).toHaveLength(2)
    expect((await cli.run(['replay', 'list', webhookId])).out).toContain('all, count only')
    expect((await cli.run(['replay', 'status', 'rpl_1'])).out).toMatch(/progress +25 %/)
    expect((await cli.run(['replay', 'cancel', 'rpl_1'])).out).toMatch(/status +cancelled/)
    expect(await cli.run(['replay', 'status', 'rpl_9'])).toMatchObject({
      code: 3,
      err: 'There is no replay rpl_9.\n',
    })
  })

  it.each([[['replay']], [['replay', webhookId]], [replay('--only', 'some')], [replay('--rate', '501')]])(
    'is wrong usage: %j',
    async (args) => {
      await begin()
      expect(await cli.run(args)).toMatchObject({ code: 2 })
      expect(api.requests).toEqual([])
    },
  )
})
