// The thread of Checkpoints: makes one when it is told to, and says what came of it; ends when it is told to.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const database = new DatabaseSync(String(workerData))
// In this order SQLite syncs the log, copies it, and syncs the database; it waits for nobody who reads or writes.
database.exec('pragma synchronous = normal')
const checkpoint = database.prepare('pragma wal_checkpoint(passive)')

parentPort?.on('message', (message) => {
  if (message === 'end') {
    database.close()
    parentPort?.close()
    return
  }
  try {
    parentPort?.postMessage(checkpoint.get())
  } catch (error) {
    parentPort?.postMessage({ error: String(error) })
  }
})
