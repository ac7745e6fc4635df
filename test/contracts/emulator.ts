import type { Log } from '../../functions/middleware/log.ts'

/** What an emulator is told about whoever asks; it believes anything. */
export const nobody = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
}

/**
 * The same, with more patience: on a busy machine an emulator may take long to answer, and a try that was given up and
 * made once more would be counted twice.
 */
export const patientNobody = { ...nobody, timeoutMs: 30_000 }

/** Takes down nothing. */
export const silent: Log = { info: () => {}, error: () => {} }
