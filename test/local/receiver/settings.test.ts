import { describe, expect, it } from 'vitest'
import { parseReceiverSettings } from '../../../local/receiver/settings.ts'

describe('parseReceiverSettings', () => {
  it('has a default for everything', () => {
    expect(parseReceiverSettings([], {})).toEqual({
      port: 9000,
      host: '127.0.0.1',
      hang: false,
      failFirst: 0,
      delayMs: 0,
    })
  })

  it('reads every flag', () => {
    const args = '--port 0 --host ::1 --secret s --status 418 --fail-first 3 --retry-after 10 --delay 250'
    expect(parseReceiverSettings(args.split(' '), {})).toEqual({
      port: 0,
      host: '::1',
      secret: 's',
      status: 418,
      hang: false,
      failFirst: 3,
      retryAfter: 10,
      delayMs: 250,
    })
  })

  it('takes the secret from the environment when no flag gives it', () => {
    expect(parseReceiverSettings([], { WEBHOOK_SECRET: 'a' })).toMatchObject({ secret: 'a' })
    expect(parseReceiverSettings(['--secret=b'], { WEBHOOK_SECRET: 'a' })).toMatchObject({ secret: 'b' })
    expect(parseReceiverSettings([], { WEBHOOK_SECRET: '' })).toMatchObject({ secret: undefined })
  })

  it.each([
    [['--port', '65536'], '--port must be a port, 0 to 65535.'],
    [['--port', ''], '--port must be a port, 0 to 65535.'],
    [['--port=-1'], '--port must be a port, 0 to 65535.'],
    [['--port', '0x50'], '--port must be a port, 0 to 65535.'],
    [['--host', ''], '--host must be an address such as 127.0.0.1.'],
    [['--secret', ''], '--secret must not be empty, and base64 behind whsec_ where it begins so.'],
    [['--secret', 'whsec_?'], '--secret must not be empty, and base64 behind whsec_ where it begins so.'],
    [['--status', '199'], '--status must be a status, 200 to 599.'],
    [['--status', 'ok'], '--status must be a status, 200 to 599.'],
    [['--fail-first', '1.5'], '--fail-first must be a number of requests, 0 to 1000000.'],
    [['--retry-after', 'soon'], '--retry-after must be whole seconds, 0 to 9999999999.'],
    [['--delay', '600001'], '--delay must be milliseconds, 0 to 600000.'],
    [
      ['--hang', '--status=503'],
      '--hang answers nothing, so that no other flag can say what or when to answer.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => parseReceiverSettings(args, {})).toThrow(message)
  })

  it.each([[['--prot', '1']], [['9000']], [['--port']], [['--port', '-1']], [['--hang=yes']]])(
    'refuses %j in one line that leads to --help',
    (args) => {
      expect(() => parseReceiverSettings(args, {})).toThrow(/^[^\n]+[^.]\. --help lists the flags\.$/)
    },
  )
})
