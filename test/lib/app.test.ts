import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const cdk = join('node_modules', '.bin', 'cdk')

/** The command line tool, with no network to reach and no credentials to use. */
function synth(...args: string[]) {
  const out = mkdtempSync(join(tmpdir(), 'cdk-'))
  const { status, stderr } = spawnSync(cdk, ['synth', '--quiet', '--output', out, ...args], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HOME: out,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  })
  return { status, stderr, files: readdirSync(out) }
}

describe('cdk synth', () => {
  it('makes the template of the stage that is asked for, offline', () => {
    const { status, stderr, files } = synth('-c', 'stage=production')
    expect(stderr).not.toMatch(/error/i)
    expect(status).toBe(0)
    expect(files).toContain('OutgoingWebhooks-production.template.json')
  }, 60_000)

  it('ends with what is wrong with a setting, and no stack trace', () => {
    const { status, stderr } = synth('-c', 'retentionDays=never')
    expect(status).not.toBe(0)
    expect(stderr).toContain('retentionDays: must be a whole number, 1 to 365.')
    expect(stderr).not.toContain('at settingsOf')
  }, 60_000)
})
