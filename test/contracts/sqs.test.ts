import { openQueue } from './fauxqs-queue.ts'
import { queueContract } from './queue.ts'

queueContract('SQS', openQueue)
