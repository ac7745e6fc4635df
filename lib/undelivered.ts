import { Duration } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'

/**
 * What AWS itself could not hand on: a tick of the sweep, an e-mail of an alarm, an asynchronous call made by hand. For
 * looking into; nothing is lost when it is emptied. Events and deliveries have dead-letter queues of their own.
 */
export class Undelivered extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { retentionPeriod: Duration.days(4), enforceSSL: true })
  }
}
