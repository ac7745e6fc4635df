import { Duration } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { ServiceFunction } from './service-function.ts'
import type { Undelivered } from './undelivered.ts'

/** Runs the sweep every minute. A tick that cannot be handed over is not repeated: the next one finds what it left. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, sweep: ServiceFunction, undelivered: Undelivered) {
    super(scope, id)
    new Rule(this, 'EveryMinute', {
      description: 'Outgoing webhooks: the sweep',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(sweep.lambda, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: undelivered,
        }),
      ],
    })
  }
}
