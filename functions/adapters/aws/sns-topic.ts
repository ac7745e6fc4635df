import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { NoticeWords } from '../../domain/notice-words.ts'

/** The topic that reaches whoever is on duty. */
export class SnsTopic {
  readonly #client: SNSClient
  readonly #arn: string

  constructor(client: SNSClient, arn: string) {
    this.#client = client
    this.#arn = arn
  }

  /** Resolves once SNS has taken the notice. */
  async publish({ subject, text }: NoticeWords): Promise<void> {
    await this.#client.send(new PublishCommand({ TopicArn: this.#arn, Subject: subject, Message: text }))
  }
}
