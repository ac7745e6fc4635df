import * as z from 'zod'

const Anything = z.looseObject({})
const Answered = z.looseObject({
  id: z.string().optional(),
  secret: z.string().optional(),
  token: z.string().optional(),
  next_cursor: z.string().nullable().optional(),
  data: z.array(z.looseObject({ id: z.string().optional() })).optional(),
})

const kept = 40

/** What earlier answers told, for later requests to name. */
export class Known {
  readonly #ids = new Map<string, string[]>()
  readonly cursors: string[] = []
  readonly etags: string[] = []
  readonly sourceSecrets: string[] = []
  /** Tokens that earlier answers made, of any scopes. */
  readonly tokens: string[] = []
  /** What may be in no answer but the one that made it. */
  readonly secrets = new Set<string>()
  readonly #spared: ReadonlySet<string>

  /** @param spared ids that no request may name, such as those of the tokens that the test itself needs. */
  constructor(spared: readonly string[]) {
    this.#spared = new Set(spared)
  }

  ids(kind: string): readonly string[] {
    return this.#ids.get(kind) ?? []
  }

  allIds(): readonly string[] {
    return [...this.#ids.values()].flat()
  }

  forget(id: string): void {
    const ids = this.#ids.get(id.slice(0, 4)) ?? []
    if (ids.includes(id)) ids.splice(ids.indexOf(id), 1)
  }

  /** Learns from an answer. */
  learn(body: unknown, etag: string | null): void {
    if (etag !== null) keep(this.etags, etag)
    const { data: answer } = Answered.safeParse(body)
    if (answer === undefined) return
    for (const { id } of [answer, ...(answer.data ?? [])]) if (id !== undefined) this.#add(id)
    if (typeof answer.next_cursor === 'string') keep(this.cursors, answer.next_cursor)
    for (const secret of [answer.token, answer.secret]) if (secret !== undefined) this.secrets.add(secret)
    if (answer.token !== undefined) keep(this.tokens, answer.token)
    if (answer.secret !== undefined && answer.id?.startsWith('src_') === true)
      keep(this.sourceSecrets, answer.secret)
    const { success, data } = Anything.safeParse(body)
    if (success && Array.isArray(data.deliveries))
      for (const { id } of z.array(Answered).parse(data.deliveries)) if (id !== undefined) this.#add(id)
  }

  #add(id: string): void {
    const kind = id.slice(0, 4)
    const ids = this.#ids.get(kind) ?? []
    this.#ids.set(kind, ids)
    if (!ids.includes(id) && !this.#spared.has(id)) keep(ids, id)
  }
}

function keep(list: string[], item: string): void {
  list.push(item)
  if (list.length > kept) list.shift()
}
