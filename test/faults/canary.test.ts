import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Program } from '../local/program.ts'
import { aSecret, bytesIn, findings, type Place, unseen } from '../support/canaries.ts'
import type { TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import {
  brokenType,
  exercise,
  isNotForReceivers,
  requestsTo,
  startBehaviours,
} from './support/canary-exercise.ts'
import { Transcript, unusedRoutes } from './support/transcript.ts'

describe('a secret of the embedded server', () => {
  let folder: string
  let receiver: TestReceiver
  let program: Program
  const adminToken = aSecret()
  const places: Place[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-canary-'))
    receiver = await startBehaviours()
  })

  afterEach(async () => {
    await program.end('SIGKILL')
    await receiver.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function start(run: string): Promise<Transcript> {
    program = new Program(['--development', '--port', '0', '--data', folder], { ADMIN_TOKEN: adminToken })
    const transcript = new Transcript(run, { url: await program.ready(), token: adminToken })
    transcript.hidden("the operator's token", adminToken)
    return transcript
  }

  /** Ends the server, and takes down what it printed and left in its folder. */
  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<readonly string[]> {
    await program.end(signal)
    const files = await readdir(folder)
    for (const file of files)
      places.push({ name: `${file} after ${signal}`, bytes: await readFile(join(folder, file)) })
    places.push({ name: 'what it printed', bytes: Buffer.from(program.printed + program.complained) })
    return files
  }

  function sql(statement: string): readonly Record<string, unknown>[] {
    const database = new DatabaseSync(join(folder, 'webhooks.db'))
    const rows = database.prepare(statement).all()
    database.close()
    return rows
  }

  it('is shown once, and found nowhere else: answer, output, file, row or message', {
    timeout: 180_000,
  }, async () => {
    const first = await start('first')
    const broken = await exercise(first, receiver)
    expect(await stop('SIGKILL')).toContain('webhooks.db-wal')

    sql(`update webhooks set secret = 'aes256gcm1:AAAA' where id = '${broken}'`)
    sql(`insert into messages values ('delivery', 'm1', 'g1', 0, 0, 0, 0, '{"payload": ')`)
    const second = await start('second')
    await second.call('POST', '/events', { type: brokenType, payload: {} })
    const complaints = ['does not parse', 'could not be made']
    await until(() => complaints.every((complaint) => program.complained.includes(complaint)))
    await stop('SIGTERM')
    sql(
      `update messages set receive_count = 20, visible_at = 0 where queue = 'delivery' and receive_count > 0`,
    )

    const third = await start('third')
    await exercise(third, receiver)
    await stop('SIGTERM')
    expect(sql(`select body from messages where queue = 'delivery-dead-letters'`)).toHaveLength(2)
    for (const { name } of sql(`select name from sqlite_schema where type = 'table'`))
      places.push({ name: `the table ${name}`, bytes: bytesIn(sql(`select * from ${name}`)) })

    const transcripts = [first, second, third]
    const canaries = transcripts.flatMap((transcript) => transcript.canaries)
    const answers = transcripts.flatMap((transcript) => transcript.places)
    expect(unusedRoutes(transcripts)).toEqual([])
    expect(findings(canaries, [...places, ...answers])).toEqual([])
    expect(unseen(canaries, answers)).toEqual([])
    expect(findings(canaries.filter(isNotForReceivers), requestsTo(receiver))).toEqual([])

    // A leak in the same places is found.
    sql(
      `update webhooks set description = '${Buffer.from(adminToken).toString('hex')}' where id = '${broken}'`,
    )
    const leaking = { name: 'webhooks.db', bytes: await readFile(join(folder, 'webhooks.db')) }
    const rows = { name: 'the table webhooks', bytes: bytesIn(sql('select * from webhooks')) }
    expect(new Set(findings(canaries, [leaking, rows]))).toEqual(
      new Set([leaking, rows].map(({ name }) => `the operator's token, plain in hex, in ${name}`)),
    )
  })
})
