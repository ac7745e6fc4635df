import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { Undelivered } from './undelivered.ts'

/** The topic that tells whoever is on duty when an alarm goes off, when it is over, and what becomes of a failing webhook. */
export class Notices extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, alarmEmail: string | undefined, undelivered: Undelivered) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { displayName: 'Outgoing webhooks', enforceSSL: true })
    if (alarmEmail !== undefined) {
      this.topic.addSubscription(new EmailSubscription(alarmEmail, { deadLetterQueue: undelivered }))
    }
  }

  /** To tell something, and no more. */
  grantPublish(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns: [this.topic.topicArn] })
  }

  tellOf(alarms: readonly Alarm[]): void {
    const action = new SnsAction(this.topic)
    for (const alarm of alarms) {
      alarm.addAlarmAction(action)
      alarm.addOkAction(action)
    }
  }
}
