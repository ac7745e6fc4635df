import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** One file of the console, as it is kept: compressed, and as text, so that it can stand in a bundle. */
export interface PackedFile {
  /** Its `Content-Type`. */
  readonly type: string
  /** Weak, because it is the same for both encodings. */
  readonly etag: string
  /** Its bytes in gzip, in base64. */
  readonly gzipped: string
}

/** All files of the console by their names, `index.html` and `assets/…`; undefined while it is not built. */
export type PackedConsole = Readonly<Record<string, PackedFile>> | undefined

/** Where `npm run console:build` puts the console. */
export const consoleFolder = fileURLToPath(new URL('../../console/dist', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/**
 * Reads the console's files once; undefined where there are none.
 * @throws Error naming a file of a kind that is not served.
 */
export function readConsole(folder: string): PackedConsole {
  if (!existsSync(join(folder, 'index.html'))) return undefined
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(files.map((file) => [relative(folder, file).replaceAll(sep, '/'), pack(file)]))
}

function pack(file: string): PackedFile {
  const type = types[extname(file)]
  if (type === undefined)
    throw new Error(
      `${file} is of no kind that the console is served with: ${Object.keys(types).join(', ')}.`,
    )
  const bytes = readFileSync(file)
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  return { type, etag: `W/"${hash}"`, gzipped: gzipSync(bytes, { level: 9 }).toString('base64') }
}
