import { describe, expect, it } from 'vitest'
import { InvalidSettings } from '../../local/flags.ts'
import { helpText } from '../../local/options.ts'
import { parseSettings } from '../../local/settings.ts'

function settingsOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const settings = parseSettings(args, environment)
  if (settings === 'help') throw new Error('Settings were asked for, not help.')
  return settings
}

function wordsOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  try {
    parseSettings(args, environment)
  } catch (error) {
    if (error instanceof InvalidSettings) return error.message
    throw error
  }
  throw new Error('The settings were taken.')
}

describe('parseSettings', () => {
  it('has defaults that are strict', () => {
    expect(settingsOf([])).toEqual({
      port: 8787,
      host: '127.0.0.1',
      dataDir: './data',
      adminToken: undefined,
      allowedNetworks: [],
      allowHttp: false,
      allowedPorts: [443, 8443],
      retention: 30 * 86_400_000,
      disableAfter: 5 * 86_400_000,
      retrySchedule: [
        0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000,
      ],
      logEvents: true,
      development: false,
    })
  })

  const cases = [
    { flag: '--port=1', env: { PORT: '2' }, name: 'port', fromFlag: 1, fromEnv: 2 },
    { flag: '--host=::1', env: { HOST: '0.0.0.0' }, name: 'host', fromFlag: '::1', fromEnv: '0.0.0.0' },
    { flag: '--data=/a', env: { DATA_DIR: '/b' }, name: 'dataDir', fromFlag: '/a', fromEnv: '/b' },
    { flag: '--admin-token=a', env: { ADMIN_TOKEN: 'b' }, name: 'adminToken', fromFlag: 'a', fromEnv: 'b' },
    {
      flag: '--log-events=false',
      env: { LOG_EVENTS: 'true' },
      name: 'logEvents',
      fromFlag: false,
      fromEnv: true,
    },
    { flag: '--allow-http', env: { ALLOW_HTTP: '0' }, name: 'allowHttp', fromFlag: true, fromEnv: false },
    {
      flag: '--allow-port=*',
      env: { ALLOWED_PORTS: '1, 2' },
      name: 'allowedPorts',
      fromFlag: 'any',
      fromEnv: [1, 2],
    },
    {
      flag: '--retention=90m',
      env: { RETENTION: '2s' },
      name: 'retention',
      fromFlag: 5_400_000,
      fromEnv: 2_000,
    },
    {
      flag: '--disable-after=36h',
      env: { DISABLE_AFTER: 'off' },
      name: 'disableAfter',
      fromFlag: 36 * 3_600_000,
      fromEnv: undefined,
    },
    {
      flag: '--retry-schedule=0s,1s',
      env: { RETRY_SCHEDULE: '5m' },
      name: 'retrySchedule',
      fromFlag: [0, 1_000],
      fromEnv: [300_000],
    },
  ] as const

  it.each(cases)('takes $flag before the environment', ({ flag, env, name, fromFlag, fromEnv }) => {
    expect(settingsOf([], env)[name]).toEqual(fromEnv)
    expect(settingsOf([flag], env)[name]).toEqual(fromFlag)
  })

  it('reads networks, one or several', () => {
    const networks = (text: string) =>
      settingsOf(['--allow-network', text]).allowedNetworks.map((network) => network.text)
    expect(networks('10.0.0.0/8')).toEqual(['10.0.0.0/8'])
    expect(networks('10.0.0.0/8, fd00::/8,')).toEqual(['10.0.0.0/8', 'fd00::/8'])
  })

  it.each(['true', '1'])('takes ALLOW_HTTP=%s for yes', (text) => {
    expect(settingsOf([], { ALLOW_HTTP: text }).allowHttp).toBe(true)
  })

  it('takes an empty ADMIN_TOKEN for none', () => {
    expect(settingsOf([], { ADMIN_TOKEN: '' }).adminToken).toBeUndefined()
  })

  it('takes an empty PORT for none, as a compose file leaves it', () => {
    expect(settingsOf([], { PORT: '' }).port).toBe(8787)
  })

  it('allows receivers on this machine in development, unless told otherwise', () => {
    const settings = settingsOf(['--development'])
    expect(settings).toMatchObject({ development: true, allowHttp: true, allowedPorts: 'any' })
    expect(settings.allowedNetworks.map(({ text }) => text)).toEqual(['127.0.0.0/8', '::1/128'])
    expect(settingsOf(['--development', '--allow-port', '443']).allowedPorts).toEqual([443])
    expect(settingsOf(['--development'], { ALLOW_HTTP: 'false' }).allowHttp).toBe(false)
  })

  const portWords = 'must be a port, 0 to 65535.'
  const retentionWords = 'must be a duration such as 30d, 72h or 90m.'
  it.each([
    ['--port=x', `--port (PORT): ${portWords}`],
    ['--port=65536', `--port (PORT): ${portWords}`],
    ['--port=-1', `--port (PORT): ${portWords}`],
    ['--port=1.5', `--port (PORT): ${portWords}`],
    ['--host=', '--host (HOST): must be an address such as 127.0.0.1.'],
    ['--data=', '--data (DATA_DIR): must be a folder.'],
    ['--admin-token=a b', '--admin-token (ADMIN_TOKEN): must be printable ASCII without spaces.'],
    [
      '--allow-network=10.0.0.0/33',
      '--allow-network (ALLOWED_NETWORKS): "10.0.0.0/33" is not a network: the prefix length must be a number from 0 to 32',
    ],
    [
      '--allow-network=10.0.0.0/8,home',
      '--allow-network (ALLOWED_NETWORKS): "home" is not a network: write it like 10.0.0.0/8 or fd00::/8',
    ],
    ['--allow-port=', '--allow-port (ALLOWED_PORTS): must name at least one port, or * for all.'],
    ['--retention=soon', `--retention (RETENTION): ${retentionWords}`],
    ['--retention=0s', `--retention (RETENTION): ${retentionWords}`],
    [
      '--retry-schedule=',
      '--retry-schedule (RETRY_SCHEDULE): Give 1 to 20 waits, one before each attempt, such as 0s,5s,5m.',
    ],
    [
      '--retry-schedule=0s,later',
      '--retry-schedule (RETRY_SCHEDULE): "later" is not a duration such as 0s, 5m or 14h.',
    ],
    [
      '--retry-schedule=0s,49h',
      '--retry-schedule (RETRY_SCHEDULE): "49h" is more than the longest wait, 48h.',
    ],
  ])('refuses %s with its name and what to give', (flag, words) => {
    expect(wordsOf([flag])).toBe(words)
  })

  it.each(['443,https', '70000'])('refuses --allow-port=%s in one line', (ports) => {
    const words = wordsOf([`--allow-port=${ports}`])
    expect(words).toMatch(/^--allow-port \(ALLOWED_PORTS\): .*must be a port, 0 to 65535\.$/)
  })

  it('refuses what ALLOW_HTTP cannot be', () => {
    expect(wordsOf([], { ALLOW_HTTP: 'yes' })).toBe('--allow-http (ALLOW_HTTP): must be true or false.')
  })

  it('names every bad setting, a line each', () => {
    expect(wordsOf(['--port=x'], { RETENTION: 'y' }).split('\n')).toEqual([
      `--port (PORT): ${portWords}`,
      `--retention (RETENTION): ${retentionWords}`,
    ])
  })

  it.each([
    ['--no-such-flag', "Unknown option '--no-such-flag'"],
    ['start', "Unexpected argument 'start'"],
    ['--allow-http=false', "Option '--allow-http' does not take an argument"],
  ])('refuses %s and points to --help', (argument, words) => {
    const message = wordsOf([argument])
    expect(message).toContain(words)
    expect(message).toContain('--help lists the settings.')
  })

  it('keeps a bad token out of the words', () => {
    expect(wordsOf(['--admin-token=open sesame'])).not.toContain('sesame')
  })
})

describe('helpText', () => {
  it('is what --help and -h ask for', () => {
    expect(parseSettings(['--help'], {})).toBe('help')
    expect(parseSettings(['-h', '--port', 'x'], {})).toBe('help')
  })

  it('lists every flag with its variable and default', () => {
    const text = helpText()
    for (const [flag, variable, fallback] of [
      ['--port N', 'PORT', '8787'],
      ['--host ADDRESS', 'HOST', '127.0.0.1'],
      ['--data FOLDER', 'DATA_DIR', './data'],
      ['--admin-token TOKEN', 'ADMIN_TOKEN', 'made at the first start'],
      ['--allow-network CIDR,…', 'ALLOWED_NETWORKS', ''],
      ['--allow-http', 'ALLOW_HTTP', 'false'],
      ['--allow-port N,…', 'ALLOWED_PORTS', '443,8443'],
      ['--retention TIME', 'RETENTION', '30d'],
      ['--retry-schedule TIME,…', 'RETRY_SCHEDULE', '0s,5s,5m,30m,2h,5h,10h,14h,20h,1d'],
      ['--development', '', ''],
      ['-h, --help', '', ''],
    ] as const) {
      const line = text.split('\n').find((candidate) => candidate.trim().startsWith(`${flag} `))
      expect(line, flag).toContain(variable)
      expect(line, flag).toContain(fallback)
    }
  })
})
