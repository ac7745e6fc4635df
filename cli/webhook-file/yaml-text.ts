import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'

/** What is wrong somewhere in a file; `path` leads there from the top of its value. */
export interface FileProblem {
  readonly path: readonly PropertyKey[]
  readonly detail: string
  /** Known where the text itself cannot be read. */
  readonly line?: number
}

export interface ReadText {
  readonly value: unknown
  readonly problems: readonly FileProblem[]
  /** The line, from 1, of what the path leads to, or of the nearest thing around it that is there. */
  lineOf(path: readonly PropertyKey[]): number
}

// Enough for a file that shares its lists, too few for one that unfolds into gigabytes.
const maxAliases = 1_000

/** Reads YAML 1.2, of which JSON is a part. A key that is given twice is a problem, as is any tag. */
export function readYaml(text: string): ReadText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problems: FileProblem[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    path: [],
    detail: `${message.replace(/\.$/, '')}.`,
    line: lines.linePos(pos[0]).line,
  }))
  const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document, path)).line
  if (problems.length > 0) return { value: undefined, problems, lineOf }
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }), problems, lineOf }
  } catch (error) {
    const detail = error instanceof Error ? `${error.message}.` : 'cannot be read.'
    return { value: undefined, problems: [{ path: [], detail }], lineOf }
  }
}

function offsetOf(
  document: Document.Parsed | ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
) {
  let node: unknown = document.contents
  let offset = 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) break
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node) && isNode(node.items[Number(step)])) {
      node = node.items[Number(step)]
      offset = startOf(node) ?? offset
    } else break
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

// What a terminal or an editor obeys instead of showing it.
const unseen = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Writes YAML under a comment; objects of one field stay on a line. What cannot be seen is escaped. */
export function yamlText(value: unknown, comment: string): string {
  const document = new Document(value)
  document.commentBefore = comment.replace(/^/gm, ' ')
  visit(document, {
    Map: (_key, map) => {
      if (map.items.length === 1 && !isCollection(map.items[0]?.value)) map.flow = true
    },
    Seq: (_key, list) => {
      for (const item of list.items.slice(1)) if (isMap(item)) item.spaceBefore = true
    },
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string' && scalar.value.search(unseen) >= 0) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return document
    .toString({ lineWidth: 0 })
    .replace(unseen, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
