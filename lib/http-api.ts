import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestAuthorizer,
  RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { endpoints } from '../functions/api/endpoints.ts'
import { consoleRoutes } from '../functions/console/handler.ts'
import type { Functions } from './functions.ts'
import { addGatewayAnswers } from './gateway-answers.ts'
import type { ServiceFunction } from './service-function.ts'
import type { Settings } from './settings.ts'
import { WebAcl } from './web-acl.ts'

/** The REST API: every route of the service, those of the admin behind the authorizer. */
export class HttpApi extends Construct {
  readonly api: RestApi
  /** Where it is reached, without a slash at the end. */
  readonly url: string

  constructor(scope: Construct, id: string, functions: Functions, settings: Settings) {
    super(scope, id)
    this.api = new RestApi(this, 'Api', {
      restApiName: Stack.of(this).stackName,
      description: 'Outgoing webhooks for Sourcegraph',
      ...endpointOf(this, settings),
      ...domainOf(this, settings),
      // Bodies come as base64 then, byte for byte; as text, what is not UTF-8 would be lost and no signature would fit.
      binaryMediaTypes: ['*/*'],
      // API Gateway writes logs with a role of the account, which every stack that has an API sets again.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: 'v1',
        throttlingRateLimit: settings.requestsPerSecond,
        throttlingBurstLimit: settings.requestBurst,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        metricsEnabled: false,
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLog', {
            retention: settings.logRetentionDays,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
        accessLogFormat: accessLogFormat(),
      },
    })
    // Its own output has a name that nobody would look for; the stack's is ApiUrl.
    this.api.node.tryRemoveChild('Endpoint')
    this.#addRoutes(functions, settings)
    addGatewayAnswers(this.api)
    if (settings.waf) new WebAcl(this, 'WebAcl', this.api)
    this.url =
      settings.domainName === undefined ? this.api.url.replace(/\/$/, '') : `https://${settings.domainName}`
  }

  #addRoutes({ ingest, admin, authorize, console }: Functions, settings: Settings): void {
    // Path parameters are checked here, bodies in the functions: those name every field that is wrong.
    const requestValidator = this.api.addRequestValidator('Validator', {
      validateRequestParameters: true,
      // There are no models, so AWS finds nothing in a body; LocalStack would refuse lists.
      validateRequestBody: settings.authorizer === 'gateway',
    })
    const open = { authorizationType: AuthorizationType.NONE, requestValidator }
    const guarded = settings.authorizer === 'gateway' ? { ...open, ...this.#guard(authorize) } : open
    const options = { scopePermissionToMethod: false }
    const toAdmin = new LambdaIntegration(admin.lambda, options)
    // `POST /events` knows its callers itself: a Sourcegraph instance signs and has no token.
    this.#resource('/events').addMethod('POST', new LambdaIntegration(ingest.lambda, options), open)
    for (const { method, path, scope } of endpoints)
      this.#resource(path).addMethod(method, toAdmin, {
        ...(scope === 'public' ? open : guarded),
        requestParameters: requiredParameters(path),
      })
    // The page is public; what it shows it gets from the API, with a token.
    const toConsole = new LambdaIntegration(console.lambda, options)
    for (const path of consoleRoutes)
      this.#resource(path).addMethod('GET', toConsole, {
        ...open,
        requestParameters: requiredParameters(path),
      })
  }

  #guard({ lambda: handler }: ServiceFunction) {
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler,
      // Asked every time: a token that was revoked is refused from then on, and the reason is told for a missing one too.
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    })
    return { authorizationType: AuthorizationType.CUSTOM, authorizer }
  }

  #resource(path: string): IResource {
    return this.api.root.resourceForPath(path)
  }
}

function requiredParameters(path: string): Record<string, boolean> {
  return Object.fromEntries(
    [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => [`method.request.path.${name}`, true]),
  )
}

function endpointOf(scope: Construct, { endpoint, vpcEndpointIds }: Settings) {
  if (endpoint === 'regional') return { endpointTypes: [EndpointType.REGIONAL] }
  return {
    endpointConfiguration: {
      types: [EndpointType.PRIVATE],
      vpcEndpoints: vpcEndpointIds.map((vpcEndpointId) =>
        InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, {
          vpcEndpointId,
          port: 443,
        }),
      ),
    },
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals: [new AnyPrincipal()],
          actions: ['execute-api:Invoke'],
          resources: ['execute-api:/*'],
          conditions: { StringEquals: { 'aws:SourceVpce': vpcEndpointIds } },
        }),
      ],
    }),
  }
}

function domainOf(scope: Construct, { domainName, certificateArn }: Settings) {
  if (domainName === undefined || certificateArn === undefined) return {}
  return {
    domainName: {
      domainName,
      certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    },
  }
}

/** Who asked for what, when, and what came of it: no query string, no header, no body. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      request_id: AccessLogField.contextRequestId(),
      time: AccessLogField.contextRequestTimeEpoch(),
      source_ip: AccessLogField.contextIdentitySourceIp(),
      principal: AccessLogField.contextAuthorizerPrincipalId(),
      method: AccessLogField.contextHttpMethod(),
      resource: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      response_bytes: AccessLogField.contextResponseLength(),
      latency_ms: AccessLogField.contextResponseLatency(),
      integration_latency_ms: AccessLogField.contextIntegrationLatency(),
      error: AccessLogField.contextErrorResponseType(),
    }),
  )
}
