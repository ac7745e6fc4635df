import { connect } from 'node:net'

/** Writes the pieces to a new connection, ends it, and resolves with all that came back until it closed. */
export function rawExchange(port: number, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece, 'latin1')
      socket.end()
    })
    socket.setTimeout(20_000, () => socket.destroy(new Error('The connection was left open.')))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    // A server that stops reading resets; what it had said before counts.
    socket.on('error', (error) => (error.message.includes('left open') ? reject(error) : resolve(text)))
    socket.on('close', () => resolve(text))
  })
}

/** An answer in what a connection brought. */
export interface Answered {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

/** The answers, in order. */
export function answersIn(text: string): readonly Answered[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((part) => part !== '')
    .map((part) => {
      const [head = '', body = ''] = part.split(/\r\n\r\n(.*)/s)
      return {
        status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]),
        contentType: /^content-type: (.*)$/im.exec(head)?.[1],
        body,
      }
    })
}
