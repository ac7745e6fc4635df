import { randomBytes } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { AesCipher } from '../../functions/adapters/aes-cipher.ts'
import { migrations } from '../../functions/adapters/sqlite/schema.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { startTestServer } from '../support/server.ts'
import { signedBy } from '../support/signed-by.ts'

const id = 'whk_01kaqc3h5n8r2c4x'
const secret = 'a secret of version 1'

/** A data folder as version 1 left it, with one webhook. */
async function makeFolder(url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-version-1-'))
  const key = randomBytes(32)
  await writeFile(join(folder, 'secret.key'), key.toString('base64'), { mode: 0o600 })
  const database = new DatabaseSync(join(folder, 'webhooks.db'))
  database.exec(`begin; ${migrations[0]} pragma user_version = 1; commit`)
  const sealed = await new AesCipher(key).seal(secret, id)
  database
    .prepare(
      `insert into webhooks values (?, ?, '', '["*"]', '{}', '{}', ?, 1, null, null, null, null, 1, 1, 1)`,
    )
    .run(id, url, sealed)
  database.prepare('insert into subscriptions values (?, ?)').run('*', id)
  database.close()
  return folder
}

it('goes on with the data of version 1 as they are, and can rotate their secrets', async () => {
  const receiver = await startTestReceiver()
  const server = await startTestServer({ dataDir: await makeFolder(receiver.url) })
  expect((await server.api.call('GET', `/webhooks/${id}`)).body).toMatchObject({
    url: receiver.url,
    previous_secret_expires_at: null,
  })
  await server.api.publish('batch_change:apply', {})
  const [first] = await receiver.arrived(1)
  expect(first && signedBy(first, [secret])).toEqual({ standard: [secret], sourcegraph: secret })
  const rotated = await server.api.call('POST', `/webhooks/${id}/rotate-secret`, { secret: 'a new secret' })
  expect(rotated.status).toBe(200)
  await server.api.publish('batch_change:apply', {})
  const second = (await receiver.arrived(2))[1]
  expect(second && signedBy(second, [secret, 'a new secret'])).toEqual({
    standard: ['a new secret', secret],
    sourcegraph: secret,
  })
  expect(server.logged).toEqual([])
  await receiver.close()
  await server.remove()
})
