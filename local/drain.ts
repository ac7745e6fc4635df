import type { Server } from 'node:http'

/**
 * Keeps count of a server's requests, so that it can be closed as soon as the last one is answered. Node's own close
 * waits for connections, also for one on which nothing was ever asked.
 * @returns what closes it: takes no more connections, and resolves when all requests are answered.
 */
export function drainable(server: Server): () => Promise<void> {
  let underWay = 0
  let isClosing = false
  const closeIfDone = () => {
    if (isClosing && underWay === 0) server.closeAllConnections()
  }
  server.on('request', (_request, response) => {
    underWay++
    response.once('close', () => {
      underWay--
      closeIfDone()
    })
  })
  return () =>
    new Promise((resolve) => {
      isClosing = true
      server.close(() => resolve())
      closeIfDone()
    })
}
