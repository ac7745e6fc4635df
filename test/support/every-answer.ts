import * as z from 'zod'
import { endpoints } from '../../functions/api/endpoints.ts'

/** Calls the API. */
export type Call = (
  method: string,
  path: string,
) => Promise<{ readonly status: number; readonly body: unknown }>

const Page = z.object({
  data: z.array(z.object({ id: z.string().optional() })),
  next_cursor: z.string().nullable(),
})
const EventDetail = z.object({ deliveries: z.array(z.object({ id: z.string() })) })

/**
 * What every GET route of the API answers, by path, lists page by page: of all webhooks and their deliveries, and of the
 * events and deliveries named and all that these lead to. Throws for a route that it cannot fill with an id.
 */
export async function everyAnswer(
  call: Call,
  { events = [], deliveries = [] }: { events?: readonly string[]; deliveries?: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>()
  const get = async (path: string) => {
    const { status, body } = await call('GET', path)
    answers.set(path, `${status} ${JSON.stringify(body)}`)
    return body
  }
  const list = async (path: string): Promise<string[]> => {
    const ids: string[] = []
    for (let cursor = ''; ; ) {
      const page = Page.safeParse(await get(`${path}${cursor}`)).data
      ids.push(...(page?.data.flatMap(({ id }) => id ?? []) ?? []))
      if (page === undefined || page.next_cursor === null) return ids
      cursor = `?cursor=${page.next_cursor}`
    }
  }
  const paths = endpoints.filter(({ method }) => method === 'GET').map(({ path }) => path)
  const listed = new Map<string, string[]>()
  for (const path of paths.filter((path) => !path.includes('{id}'))) listed.set(path, await list(path))
  const ids = new Map<string, Set<string>>([
    ['webhooks', new Set(listed.get('/webhooks'))],
    ['events', new Set([...events, ...(listed.get('/events') ?? [])])],
    ['deliveries', new Set(deliveries)],
    ['replays', new Set()],
  ])
  for (const path of ['/events/{id}', '/webhooks/{id}/deliveries'])
    for (const id of ids.get(path.split('/')[1] ?? '') ?? []) {
      const filled = path.replace('{id}', id)
      const found = path.endsWith('/deliveries')
        ? await list(filled)
        : EventDetail.safeParse(await get(filled)).data?.deliveries.map((delivery) => delivery.id)
      for (const delivery of found ?? []) ids.get('deliveries')?.add(delivery)
    }
  for (const id of ids.get('webhooks') ?? [])
    for (const replay of await list(`/webhooks/${id}/replays`)) ids.get('replays')?.add(replay)
  for (const path of paths.filter((path) => path.includes('{id}'))) {
    const known = ids.get(path.split('/')[1] ?? '')
    if (known === undefined)
      throw new Error(`Whose ids does ${path} take? Tell test/support/every-answer.ts.`)
    for (const id of known) await get(path.replace('{id}', id))
  }
  return answers
}

/** The paths whose answers have the text in them. */
export function showing(answers: ReadonlyMap<string, string>, text: string): string[] {
  return [...answers].filter(([, answer]) => answer.includes(text)).map(([path]) => path)
}
