import { openReplays } from '../adapters/aws/open-replays.ts'
import { replayedEventsContract } from './replayed-events.ts'
import { replaysContract } from './replays.ts'

replaysContract('DynamoDB', openReplays)
replayedEventsContract('DynamoDB', openReplays)
