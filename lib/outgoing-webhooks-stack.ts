import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { acceptFindings } from './accepted-findings.ts'
import { Alarms } from './alarms.ts'
import { deliverTimeoutSeconds, Functions, fanOutTimeoutSeconds } from './functions.ts'
import { HttpApi } from './http-api.ts'
import { Notices } from './notices.ts'
import { OperatorToken } from './operator-token.ts'
import { Overview } from './overview.ts'
import { SecretsKey } from './secrets-key.ts'
import type { Settings } from './settings.ts'
import { SweepSchedule } from './sweep-schedule.ts'
import { Tables } from './tables.ts'
import { Undelivered } from './undelivered.ts'
import { WorkQueue } from './work-queue.ts'

/** The whole service, for one stage. */
export class OutgoingWebhooksStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: StackProps & { settings: Settings }) {
    super(scope, id, { description: 'Outgoing webhooks for Sourcegraph', ...props })
    const { runbookUrl, existing } = settings

    const tables = new Tables(this, 'Tables', existing)
    const secretsKey = new SecretsKey(this, 'SecretsKey', existing)
    const operatorToken = new OperatorToken(this, 'OperatorToken')
    const fanOutQueue = new WorkQueue(this, 'FanOutQueue', {
      consumerTimeoutSeconds: fanOutTimeoutSeconds,
      impactOfWaiting: 'Accepted events wait for minutes before anything is delivered.',
      runbookUrl,
    })
    const deliveryQueue = new WorkQueue(this, 'DeliveryQueue', {
      consumerTimeoutSeconds: deliverTimeoutSeconds,
      impactOfWaiting: 'Deliveries come minutes late, to healthy receivers too.',
      runbookUrl,
    })
    const undelivered = new Undelivered(this, 'Undelivered')
    const notices = new Notices(this, 'Notices', settings.alarmEmail, undelivered)
    const functions = new Functions(this, 'Functions', {
      tables,
      secretsKey,
      operatorToken,
      fanOutQueue,
      deliveryQueue,
      undelivered,
      notices,
      settings,
    })
    const api = new HttpApi(this, 'HttpApi', functions, settings)
    new SweepSchedule(this, 'SweepSchedule', functions.sweep, undelivered)
    const alarms = new Alarms(this, 'Alarms', { functions, api, runbookUrl })
    notices.tellOf([...alarms.all, ...fanOutQueue.alarms, ...deliveryQueue.alarms])
    if (settings.dashboard) new Overview(this, 'Overview', { functions, api, fanOutQueue, deliveryQueue })

    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'Where the API is reached' })
    new CfnOutput(this, 'ConsoleUrl', {
      value: `${api.url}/console/`,
      description: 'Where the web console is reached',
    })
    new CfnOutput(this, 'AdminTokenSecret', {
      value: operatorToken.secret.secretArn,
      description: 'The secret that holds the first admin token',
    })
    acceptFindings({
      deadLetters: [fanOutQueue.deadLetters, deliveryQueue.deadLetters, undelivered],
      api,
      functions,
      operatorToken,
      deliver: functions.deliver,
      validatesBodies: settings.authorizer === 'gateway',
      hasWaf: settings.waf,
      hasVpc: settings.vpc !== undefined,
    })
  }
}
