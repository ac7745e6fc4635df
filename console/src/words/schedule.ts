import { parseRetrySchedule } from '../../../functions/domain/retry-schedule.ts'
import { wordsIn } from '../webhook-draft.ts'
import { scheduleInWords } from './times.ts'

/** What a typed retry schedule means, or what is wrong with it in the API's words. */
export function readSchedule(text: string): { words: string } | { problem: string } {
  if (text.trim() === '')
    return {
      words: "The deployment's own schedule: unless the operator set another, ten attempts over three days.",
    }
  try {
    return { words: scheduleInWords(parseRetrySchedule(wordsIn(text))) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
