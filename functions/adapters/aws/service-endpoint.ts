/** How AWS's hosts end in the partitions that have an ending of their own, by the beginning of their regions' names. */
const suffixes: Readonly<Record<string, string>> = {
  cn: 'amazonaws.com.cn',
  eusc: 'amazonaws.eu',
  'us-iso': 'c2s.ic.gov',
  'us-isob': 'sc2s.sgov.gov',
  'us-isof': 'csp.hci.ic.gov',
  'eu-isoe': 'cloud.adc-e.uk',
}

/** Where a service of AWS is, e.g. `https://sqs.eu-central-1.amazonaws.com`. */
export function serviceEndpoint(service: string, region: string): string {
  const [first = '', second = ''] = region.split('-')
  return `https://${service}.${region}.${suffixes[first] ?? suffixes[`${first}-${second}`] ?? 'amazonaws.com'}`
}

/** What the SDK asks an endpoint for by; the names are its own. */
interface Asked {
  readonly Region: string
  readonly Endpoint?: string | undefined
  readonly UseFIPS?: boolean
  readonly UseDualStack?: boolean
}

/**
 * Takes the place of the rules for endpoints that each client of the SDK brings (lib/lean-sdk.ts): a tenth of a
 * function's code, for settings that no function has. An endpoint that is set, as for an emulator, is taken as it is.
 * @throws Error for FIPS and dual-stack endpoints, so that nobody relies on what is not there.
 */
export function sdkEndpoint(service: string, { Region, Endpoint, UseFIPS, UseDualStack }: Asked) {
  if (UseFIPS || UseDualStack) {
    throw new Error(
      'No function calls FIPS or dual-stack endpoints: unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT.',
    )
  }
  return { url: new URL(Endpoint ?? serviceEndpoint(service, Region)), properties: {}, headers: {} }
}
