import { createRequire } from 'node:module'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { KMSClient } from '@aws-sdk/client-kms'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { sdkEndpoint } from '../../../functions/adapters/aws/service-endpoint.ts'
import { nobody } from '../../contracts/emulator.ts'

const clients = {
  dynamodb: new DynamoDBClient(nobody),
  kms: new KMSClient(nobody),
  sns: new SNSClient(nobody),
  sqs: new SQSClient(nobody),
}
const Partitions = z.object({
  partitionsInfo: z.object({
    partitions: z.array(z.object({ id: z.string(), regions: z.record(z.string(), z.unknown()) })),
  }),
})

describe.each(Object.entries(clients))('the endpoint of %s', (service, { config }) => {
  const regions: string[] = []
  beforeAll(async () => {
    const { partitionsInfo } = Partitions.parse(await import(partitionsFile()))
    expect(partitionsInfo.partitions.length).toBeGreaterThan(6)
    for (const partition of partitionsInfo.partitions)
      regions.push(...Object.keys(partition.regions).filter((region) => /-\d$/.test(region)))
  })

  it("is where the SDK's own rules find it, in every region of every partition", () => {
    expect(regions.length).toBeGreaterThan(40)
    for (const Region of [...regions, 'eu-nowhere-9'])
      expect(sdkEndpoint(service, { Region }), Region).toEqual(config.endpointProvider({ Region }))
  })

  it.each(['http://127.0.0.1:4566', 'https://localhost:4566/path'])('is %s if told so', (Endpoint) => {
    const asked = { Region: 'eu-central-1', Endpoint }
    expect(sdkEndpoint(service, asked)).toEqual(config.endpointProvider(asked))
  })

  it.each([{ UseFIPS: true }, { UseDualStack: true }])('is refused for %o', (kind) => {
    expect(() => sdkEndpoint(service, { Region: 'us-east-1', ...kind })).toThrow('AWS_USE_FIPS_ENDPOINT')
  })
})

/** The SDK's list of regions, which it does not export. */
function partitionsFile(): string {
  return createRequire(import.meta.url)
    .resolve('@aws-sdk/core/client')
    .replace(/dist-cjs.*$/, 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js')
}
