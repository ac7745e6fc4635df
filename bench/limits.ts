import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What this machine can do at most, each alone, in one thread, a second. */
export interface Limits {
  /** Commits that the disk has confirmed, one row of 1 KB each. */
  readonly commits: number
  /** Rows of 1 KB, a hundred to a confirmed commit. */
  readonly rowsGrouped: number
  /** HMAC-SHA256 of 1 KB. */
  readonly signatures: number
  /** POSTs of 1 KB over kept connections by node:http, publisher to receiver with nothing between. */
  readonly posts: number
}

const kilobyte = randomBytes(1_024)

/** Measures all but `posts`, each for so many seconds; the database stands in a folder of its own below `parent`. */
export function measureLimits(parent: string, seconds: number): Omit<Limits, 'posts'> {
  const folder = mkdtempSync(join(parent, 'limits-'))
  try {
    const insert = durableInserts(join(folder, 'limits.db'))
    const commits = perSecond(seconds, () => insert(1))
    const rowsGrouped = 100 * perSecond(seconds, () => insert(100))
    const key = createSecretKey(randomBytes(32))
    const sign = () => void createHmac('sha256', key).update(kilobyte).digest('hex')
    return { commits, rowsGrouped, signatures: perSecond(seconds, sign) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function durableInserts(file: string): (rows: number) => void {
  const database = new DatabaseSync(file)
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table rows (id integer primary key, body blob)',
  )
  const [begin, insert, commit] = [
    database.prepare('begin immediate'),
    database.prepare('insert into rows (body) values (?)'),
    database.prepare('commit'),
  ]
  return (rows) => {
    begin.run()
    for (let row = 0; row < rows; row++) insert.run(kilobyte)
    commit.run()
  }
}

function perSecond(seconds: number, work: () => void): number {
  const startedAt = performance.now()
  const endAt = startedAt + seconds * 1_000
  let done = 0
  let now = startedAt
  for (; now < endAt; now = performance.now()) {
    work()
    done++
  }
  return (done * 1_000) / (now - startedAt)
}
