import { afterEach, describe, expect, it } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { commandLineFor } from './support/command-line.ts'
import { type FakeApi, startFakeApi } from './support/fake-api.ts'
import { ServedCommandLine } from './support/served-command-line.ts'

describe('health, of a running server', () => {
  const served = new ServedCommandLine(['--development', '--retry-schedule', '0s,1h'])

  it('says when all is well', async () => {
    expect(await served.cli.run(['health', 'webhooks'])).toMatchObject({
      ...{ code: 0, out: 'No webhook is in trouble.\n', err: '' },
    })
    const queues = await served.cli.run(['health', 'queues'])
    expect(queues.code).toBe(0)
    expect(queues.out).toMatch(/^QUEUE +DUE +OLDEST +DELAYED +DEAD LETTERS\nfan-out +0 +0 s +0 +0\n/)
  })

  it('lists the webhooks in trouble, with what is wrong and the last error, and ends with exit code 1', async () => {
    const { cli, server } = served
    const receiver = await startTestReceiver(({ path }, response) =>
      response.writeHead(path === '/gone' ? 410 : path === '/fails' ? 500 : 200).end(),
    )
    const create = (path: string) =>
      server.api.createWebhook({ url: `${receiver.url}${path}`, event_types: ['a:b'] })
    const [gone, failing] = [await create('/gone'), await create('/fails'), await create('/well')]
    await server.api.publish('a:b', {})
    await until(async () => {
      const found = (await cli.run(['health', 'webhooks', '--json'])).data()
      return found.length === 2 && found.every(({ last_error }) => last_error !== null)
    })
    const { code, out, err } = await cli.run(['health', 'webhooks'])
    expect({ code, err }).toEqual({ code: 1, err: '2 webhooks are in trouble.\n' })
    expect(out).toMatch(
      new RegExp(`^${failing} +failing: 1 attempt +\\S+Z +1 +\\S+/fails +The receiver answered 500\\.$`, 'm'),
    )
    expect(out).toMatch(new RegExp(`^${gone} +off: gone +\\S+Z +0 +\\S+/gone +.*410 Gone`, 'm'))
    expect(out).not.toContain('/well')
    expect(await cli.run(['health', 'webhooks', '--limit', '1'])).toMatchObject({
      ...{ code: 1, err: '1 webhook is in trouble.\n' },
    })
    await receiver.close()
  })
})

describe('health, of an API with more trouble', () => {
  let api: FakeApi | undefined
  afterEach(() => api?.close())

  const run = async (args: readonly string[], pages: readonly object[][]) => {
    let nth = 0
    api = await startFakeApi(() => {
      const data = pages[nth]
      nth += 1
      return { status: 200, body: { data, next_cursor: nth < pages.length ? `page ${nth}` : null } }
    })
    const cli = commandLineFor(api.url, 'a-token')
    const ran = await cli.run(args)
    cli.remove()
    return ran
  }

  it('reads past pages that are empty, and says where more waits than was counted', async () => {
    const slow = {
      ...{ id: 'whk_01kaqc3h5n8r2c4x', url: 'https://ci.example.com/hooks', state: 'slow' },
      ...{ since: '2026-11-23T14:20:00.000Z', failed_attempts: null, disabled_reason: null },
      ...{ last_error: null, waiting: { deliveries: 100, is_all: false } },
    }
    const { code, out } = await run(['health', 'webhooks'], [[], [slow]])
    expect(code).toBe(1)
    expect(out).toMatch(/^whk_\S+ +slow +2026-11-23T14:20:00Z +100\+ +https:\S+ +-$/m)
  })

  it('tells of dead letters, with exit code 1', async () => {
    const queue = { due: 7, delayed: 3, oldest_due_seconds: null }
    const ran = await run(
      ['health', 'queues'],
      [
        [
          { ...queue, name: 'fan-out', dead_letters: 2 },
          { ...queue, name: 'delivery', dead_letters: 1 },
        ],
      ],
    )
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/^delivery +7 +- +3 +1$/m)
    expect(ran.err).toMatch(/^3 dead letters: /)
  })
})
