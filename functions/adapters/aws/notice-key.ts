import type { Key } from './table.ts'

/** All notices that are to be told lie in one partition: there are few, and none for long. */
export const noticesPartition = 'notice'

/** The item of the notice with that id. */
export function noticeKey(id: string): Key {
  return { pk: noticesPartition, sk: id }
}
