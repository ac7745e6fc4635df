import type { Log } from '../../functions/middleware/log.ts'

/** What an emulator is told about whoever asks; it believes anything. */
export const nobody = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
}

/** Takes down nothing. */
export const silent: Log = { info: () => {}, error: () => {} }
