import type * as z from 'zod'

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' }

/** What is wrong with an input and what to do about it, where a schema has no words of its own. */
export function words(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required.'
        : `must be ${kinds[issue.expected] ?? issue.expected}.`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty.'
      return `must be at least ${issue.minimum}${units[issue.origin] ?? ''}.`
    case 'too_big':
      return `must be at most ${issue.maximum}${units[issue.origin] ?? ''}.`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}.`
    default:
      return undefined
  }
}
