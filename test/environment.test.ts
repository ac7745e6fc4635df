import { describe, expect, it } from 'vitest'
import { environments, readEnvironment, urlPolicyOf } from '../functions/environment.ts'

const admin = {
  CONFIG_TABLE: 'config',
  LOG_TABLE: 'log',
  RETENTION_DAYS: '30',
  FAN_OUT_QUEUE_URL: 'https://sqs.example.com/1/fan-out',
  FAN_OUT_DEAD_LETTERS_URL: 'https://sqs.example.com/1/fan-out-dead-letters',
  DELIVERY_QUEUE_URL: 'https://sqs.example.com/1/delivery',
  DELIVERY_DEAD_LETTERS_URL: 'https://sqs.example.com/1/delivery-dead-letters',
  KMS_KEY_ID: 'key',
  ALLOWED_NETWORKS: '10.0.0.0/8,fd00::/8',
  ALLOW_HTTP: 'false',
  ALLOWED_PORTS: '443,8443',
}

describe("a function's environment", () => {
  it('is read as values', () => {
    const environment = readEnvironment(environments.admin, { ...admin, PATH: '/bin' })
    expect(environment.RETENTION_DAYS).toBe(30 * 86_400_000)
    const { allowedNetworks, ...policy } = urlPolicyOf(environment)
    expect(policy).toEqual({ allowHttp: false, allowedPorts: [443, 8443] })
    expect(allowedNetworks.map(({ text }) => text)).toEqual(['10.0.0.0/8', 'fd00::/8'])
  })

  it('may open all ports, and no network', () => {
    const environment = readEnvironment(environments.admin, {
      ...admin,
      ALLOWED_PORTS: '*',
      ALLOWED_NETWORKS: '',
      ALLOW_HTTP: 'true',
    })
    expect(urlPolicyOf(environment)).toEqual({ allowedNetworks: [], allowHttp: true, allowedPorts: 'any' })
  })

  it('says which variables are missing or unreadable, all at once', () => {
    const bad = { ...admin, CONFIG_TABLE: undefined, RETENTION_DAYS: '0', ALLOWED_PORTS: '443,http' }
    expect(() => readEnvironment(environments.admin, bad)).toThrow(
      /CONFIG_TABLE: .*RETENTION_DAYS: .*whole number.*ALLOWED_PORTS: .*"http" is no port/,
    )
  })
})
