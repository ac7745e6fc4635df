import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { endpoints } from '../../functions/api/endpoints.ts'
import { aStack, resourcesOf, targetOf } from './synthesized.ts'

const Method = z.object({
  HttpMethod: z.string(),
  ResourceId: z.unknown(),
  AuthorizationType: z.string(),
  AuthorizerId: z.unknown().optional(),
  Integration: z.object({ Type: z.string(), Uri: z.unknown() }),
})
const pages = ['GET /console', 'GET /console/{proxy+}']
const Joined = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) })
const Answer = z.object({
  ResponseType: z.string(),
  StatusCode: z.string(),
  ResponseParameters: z.record(z.string(), z.string()),
  ResponseTemplates: z.object({ 'application/json': z.string() }),
})

describe('the API', () => {
  const stack = aStack()
  const all = resourcesOf(stack)
  const ofType = (type: string) => Object.entries(all).filter(([, resource]) => resource.Type === type)

  function pathOf(resource: unknown): string {
    const found = all[targetOf(resource) ?? '']
    if (found?.Type !== 'AWS::ApiGateway::Resource') return ''
    return `${pathOf(found.Properties.ParentId)}/${found.Properties.PathPart}`
  }

  const routes = ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => {
    const method = Method.parse(Properties)
    const uri = JSON.stringify(method.Integration.Uri)
    return {
      call: `${method.HttpMethod} ${pathOf(method.ResourceId)}`,
      authorization: method.AuthorizationType,
      authorizer: targetOf(method.AuthorizerId),
      target: /Functions(Ingest|Admin|Console)Function/.exec(uri)?.[1],
    }
  })

  it('has every endpoint, POST /events and the console, and nothing else', () => {
    const calls = ['POST /events', ...pages, ...endpoints.map(({ method, path }) => `${method} ${path}`)]
    expect(routes.map(({ call }) => call).sort()).toEqual(calls.sort())
  })

  it.each(endpoints.map(({ method, path, scope }) => ({ call: `${method} ${path}`, scope })))(
    'asks the authorizer before $call, unless it is public',
    ({ call, scope }) => {
      const route = routes.find((candidate) => candidate.call === call)
      const [authorizer] = ofType('AWS::ApiGateway::Authorizer').map(([id]) => id)
      expect(route).toEqual({
        call,
        target: 'Admin',
        ...(scope === 'public'
          ? { authorization: 'NONE', authorizer: undefined }
          : { authorization: 'CUSTOM', authorizer }),
      })
    },
  )

  it('lets ingestion verify its callers itself', () => {
    expect(routes.find(({ call }) => call === 'POST /events')).toEqual({
      call: 'POST /events',
      target: 'Ingest',
      authorization: 'NONE',
      authorizer: undefined,
    })
  })

  it.each(pages)('has the console answer %s, without a token', (call) => {
    expect(routes.find((route) => route.call === call)).toEqual({
      call,
      target: 'Console',
      authorization: 'NONE',
      authorizer: undefined,
    })
  })

  it('tells where the console is, with the slash that its page needs', () => {
    const outputs = z
      .record(z.string(), z.object({ Value: z.unknown() }))
      .parse(Template.fromStack(stack).toJSON().Outputs)
    const partsOf = (name: string) => Joined.parse(outputs[name]?.Value)['Fn::Join'][1]
    expect(partsOf('ConsoleUrl')).toEqual([...partsOf('ApiUrl'), '/console/'])
  })

  it('asks the authorizer each time, for a missing token too', () => {
    const [, authorizer] = ofType('AWS::ApiGateway::Authorizer')[0] ?? []
    expect(authorizer?.Properties).toMatchObject({ Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 })
    expect(authorizer?.Properties.IdentitySource ?? '').toBe('')
  })

  it('takes bodies byte for byte', () => {
    const [, api] = ofType('AWS::ApiGateway::RestApi')[0] ?? []
    expect(api?.Properties.BinaryMediaTypes).toEqual(['*/*'])
  })

  it('is throttled, traced, and writes down each call without its query, headers or body', () => {
    const [, stage] = ofType('AWS::ApiGateway::Stage')[0] ?? []
    expect(stage?.Properties).toMatchObject({
      TracingEnabled: true,
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          DataTraceEnabled: false,
          ThrottlingRateLimit: 500,
          ThrottlingBurstLimit: 1000,
        },
      ],
    })
    const { Format } = z.object({ Format: z.string() }).parse(stage?.Properties.AccessLogSetting)
    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.identity.sourceIp',
      '$context.authorizer.principalId',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.status',
      '$context.responseLength',
      '$context.responseLatency',
      '$context.integrationLatency',
      '$context.error.responseType',
    ])
  })

  it.each([
    ['UNAUTHORIZED', 401, 'unauthenticated'],
    ['ACCESS_DENIED', 401, 'unauthenticated'],
    ['MISSING_AUTHENTICATION_TOKEN', 404, 'not_found'],
    ['REQUEST_TOO_LARGE', 413, 'too_large'],
    ['THROTTLED', 429, 'too_many_requests'],
    ['WAF_FILTERED', 403, 'forbidden'],
    ['AUTHORIZER_FAILURE', 503, 'unavailable'],
    ['INTEGRATION_FAILURE', 503, 'unavailable'],
    ['INTEGRATION_TIMEOUT', 503, 'unavailable'],
    ['DEFAULT_5XX', 500, 'internal'],
  ])('answers %s with problem details', (type, status, code) => {
    const answer = ofType('AWS::ApiGateway::GatewayResponse')
      .map(([, { Properties }]) => Answer.parse(Properties))
      .find(({ ResponseType }) => ResponseType === type)
    expect(answer?.StatusCode).toBe(String(status))
    expect(answer?.ResponseParameters).toMatchObject({
      'gatewayresponse.header.Content-Type': "'application/problem+json'",
      ...(status === 401 && { 'gatewayresponse.header.WWW-Authenticate': "'Bearer'" }),
      ...((status === 503 || status === 429) && { 'gatewayresponse.header.Retry-After': "'2'" }),
    })
    expect(JSON.parse(answer?.ResponseTemplates['application/json'] ?? '')).toEqual({
      type: 'about:blank',
      status,
      code,
      title: expect.any(String),
      detail: expect.any(String),
      request_id: '$context.requestId',
    })
  })

  it("tells with the authorizer's words why a token is turned down", () => {
    const denied = ofType('AWS::ApiGateway::GatewayResponse')
      .map(([, { Properties }]) => Answer.parse(Properties))
      .find(({ ResponseType }) => ResponseType === 'ACCESS_DENIED')
    expect(denied?.ResponseTemplates['application/json']).toContain(
      '"detail":"$context.authorizer.detail_in_json"',
    )
  })
})

describe('an API for a private network', () => {
  it('is reached through the VPC endpoints that are named, and no other way', () => {
    const stack = aStack({ endpoint: 'private', vpcEndpointIds: 'vpce-0abcdef1' })
    const [api] = Object.values(resourcesOf(stack, 'AWS::ApiGateway::RestApi'))
    expect(api?.Properties).toMatchObject({
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-0abcdef1'] },
      Policy: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Condition: { StringEquals: { 'aws:SourceVpce': ['vpce-0abcdef1'] } },
          },
        ],
      },
    })
  })
})

describe('an API with a name of its own', () => {
  const stack = aStack({
    domainName: 'webhooks.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1',
  })

  it('is reached by it over TLS 1.2 or better', () => {
    const [name] = Object.values(resourcesOf(stack, 'AWS::ApiGateway::DomainName'))
    expect(name?.Properties).toMatchObject({
      DomainName: 'webhooks.example.com',
      SecurityPolicy: 'TLS_1_2',
      EndpointConfiguration: { Types: ['REGIONAL'] },
    })
  })
})

describe('a firewall', () => {
  it('stands before the API where the setting says so, and reads no bodies', () => {
    expect(resourcesOf(aStack(), 'AWS::WAFv2::WebACL')).toEqual({})
    const stack = aStack({ waf: true })
    expect(Object.values(resourcesOf(stack, 'AWS::WAFv2::WebACLAssociation'))).toHaveLength(1)
    const [acl] = Object.values(resourcesOf(stack, 'AWS::WAFv2::WebACL'))
    expect(JSON.stringify(acl?.Properties)).not.toMatch(/Body|CommonRuleSet|KnownBadInputs/)
  })
})
