// Counts one case of the bill at a time, in a process of its own: the emulators take a processor for minutes.
import * as z from 'zod/mini'
import { dollarsPerMillion } from './bill.ts'
import { billOfCase } from './bill-cases.ts'

const Question = z.object({
  fanOut: z.int(),
  publisher: z.union([z.literal('sourcegraph'), z.object({ eventsPerRequest: z.int() })]),
  events: z.int(),
})

process.on('disconnect', () => process.exit())
process.on('message', async (message: unknown) => {
  const { events, ...one } = Question.parse(message)
  const bill = await billOfCase(one, events)
  process.send?.({ bill, dollars: dollarsPerMillion(bill) })
})
