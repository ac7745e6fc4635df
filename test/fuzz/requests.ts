import { createHmac } from 'node:crypto'
import { type Operation, operations, sampleOf } from './document.ts'
import type { Draw } from './draw.ts'
import type { Known } from './known.ts'
import { oddBody, oddText, oddValue, treacherousNames } from './odd-values.ts'
import { spoiled } from './spoiled.ts'

/** A request as it is written to the socket. */
export interface FuzzRequest {
  /** The call that it was made from. */
  readonly operationId: string
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer | undefined
}

export interface Means {
  readonly draw: Draw
  readonly known: Known
  /** With a token of all scopes. */
  readonly token: string
  /** Where a webhook may point to. */
  readonly receiverUrl: string
}

const kinds: readonly (readonly [path: string, kind: string])[] = [
  ['/webhooks', 'whk_'],
  ['/events', 'evt_'],
  ['/deliveries', 'dlv_'],
  ['/replays', 'rpl_'],
  ['/sources', 'src_'],
  ['/tokens', 'tok_'],
]
const methods = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'PROPFIND', 'TRACE'] as const

/** A request to one of the calls of the document, valid or spoiled in one way or several. */
export function aRequestOf(means: Means): FuzzRequest {
  const { draw } = means
  const operation = operations[draw.below(operations.length)]
  if (operation === undefined) throw new Error('The document has no calls.')
  const json = bodyOf(operation, means)
  const body = json === undefined && draw.chance(0.97) ? undefined : bytesOf(json, draw)
  return {
    operationId: operation.operationId,
    method: draw.chance(0.97) ? operation.method : draw.of(methods),
    target: draw.chance(0.98) ? pathOf(operation, means) + queryOf(operation, means) : oddPath(means),
    headers: headersOf(operation, body, means),
    body,
  }
}

function bodyOf(operation: Operation, { draw, known, receiverUrl }: Means): unknown {
  if (operation.body === undefined) return undefined
  const secret = () => {
    const text = `hidden-${draw.word(24)}`
    known.secrets.add(text)
    return text
  }
  const value = sampleOf(operation.body, {
    draw,
    name: '',
    special: (name) => {
      if (name === 'url') return `${receiverUrl}/${draw.word()}`
      if (name === 'secret' || name === 'headers.value') return secret()
      if (name === 'retry_schedule') return draw.of([['0s'], ['0s', '1s'], null])
      // A slow one would keep a test event waiting for 20 s.
      if (name === 'rate_limit') return draw.of([null, 1_000])
      if (name === 'expires_at') return draw.of([null, '2999-01-31T00:00:00Z'])
      if (name === 'since') return draw.of(['2020-01-01T00:00:00Z', '2999-01-31T00:00:00Z'])
      if (name === 'idempotency_key') return draw.word(2)
      return undefined
    },
  })
  return draw.chance(0.5) ? value : spoiled(value, draw)
}

function bytesOf(json: unknown, draw: Draw): Buffer {
  const text = JSON.stringify(json) ?? 'null'
  return draw.chance(0.85) ? Buffer.from(text) : oddBody(draw, text)
}

function pathOf({ path }: Operation, { draw, known }: Means): string {
  const kind = kinds.find(([start]) => path.startsWith(start))?.[1] ?? 'whk_'
  const id = () =>
    draw.chance(0.75)
      ? (draw.ofAny(known.ids(kind)) ?? `${kind}0000000000000000`)
      : draw.of([
          () => draw.ofAny(known.allIds()) ?? 'x',
          () => encodeURIComponent(oddText(draw).toWellFormed()),
          () => draw.of(['%00', '%ff', '%zz', '%', '%2e%2e', '%2F', ';x=1', '{id}', '"', '.', '..']),
          () => draw.word(200),
        ])()
  return path.replace('{id}', id)
}

function queryOf({ parameters }: Operation, means: Means): string {
  const { draw, known } = means
  const known_ = parameters.filter((parameter) => parameter.in === 'query' && draw.chance(0.4))
  const special = (name: string) =>
    name === 'cursor' && draw.chance(0.6) ? draw.ofAny(known.cursors) : undefined
  const pairs = known_.map(({ name, schema }) => [
    name,
    draw.chance(0.75) ? sampleOf(schema, { draw, name, special }) : oddValue(draw),
  ])
  if (draw.chance(0.04)) pairs.push([draw.of([draw.of(treacherousNames), draw.word()]), oddText(draw)])
  if (draw.chance(0.04) && pairs[0] !== undefined) pairs.push(pairs[0])
  if (draw.chance(0.03))
    return `?${draw.of(['&&&', '=', '%', '%ff=%ff', 'cursor=%e9', 'limit', '?', 'a[]=1', 'limit=1;cursor=x'])}`
  if (pairs.length === 0) return ''
  const textOf = (value: unknown) =>
    (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed()
  return `?${pairs.map((pair) => pair.map((part) => encodeURIComponent(textOf(part))).join('=')).join('&')}`
}

function oddPath({ draw, known }: Means): string {
  const id = draw.ofAny(known.allIds()) ?? 'x'
  return draw.of([
    '/',
    '//',
    '//webhooks',
    '/webhooks/',
    `/webhooks//${id}`,
    `/events/../webhooks/${id}`,
    '/events/%2e%2e/tokens',
    '/./health',
    '/health/.',
    '/HEALTH',
    '/webhooks\\x',
    '/tokens;a=b',
    '/health#part',
    '/%77ebhooks',
    `/webhooks/${id}/deliveries/..`,
    '/console/nothing',
    '/favicon.ico',
    '/.env',
    `/${draw.word(2_000)}`,
  ])
}

function headersOf(operation: Operation, body: Buffer | undefined, means: Means): string[] {
  const { draw, known, token } = means
  const authorization = draw.chance(0.8)
    ? `Bearer ${token}`
    : draw.of([
        undefined,
        `bearer ${token}`,
        `Bearer ${draw.ofAny(known.tokens) ?? 'sgwh_x'}`,
        `Basic ${Buffer.from(`admin:${token}`).toString('base64')}`,
        `Bearer  ${token} `,
        `Bearer ${token}x`,
        `Bearer ${token},Bearer ${token}`,
        'Bearer',
        `Token ${token}`,
        `Bearer \xe9${draw.word(3_000)}`,
      ])
  const type = draw.chance(0.9)
    ? 'application/json'
    : draw.of([
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'x',
        '\xff',
        '',
      ])
  const odd = () =>
    draw.of(['', '*', '"1"', 'W/"1"', '"999999999999999999"', '1', '"', 'x'.repeat(300), 'a b', '\xe9'])
  const pairs: [string, string][] = [['Host', 'localhost']]
  if (authorization !== undefined) pairs.push(['Authorization', authorization])
  if (draw.chance(0.01)) pairs.push(['authorization', `Bearer ${token}`])
  if (body !== undefined) pairs.push(['Content-Type', type])
  for (const { name } of operation.parameters.filter((parameter) => parameter.in === 'header'))
    if (draw.chance(0.3)) pairs.push([name, draw.chance(0.6) ? (draw.ofAny(known.etags) ?? '"1"') : odd()])
  if (operation.operationId === 'postEvents' && draw.chance(0.3)) {
    const secret = draw.ofAny(known.sourceSecrets) ?? 'none'
    const signature = createHmac('sha256', secret)
      .update(body ?? '')
      .digest('hex')
    pairs.push(['X-Sourcegraph-Webhook-Signature', draw.chance(0.8) ? signature : odd()])
    pairs.push(['X-Sourcegraph-Webhook-Event-Type', draw.chance(0.8) ? 'batch_change:apply' : odd()])
  }
  if (draw.chance(0.03)) pairs.push([draw.of(treacherousNames), 'x'])
  if (draw.chance(0.02)) pairs.push(['X-Long', 'x'.repeat(4_000)])
  if (body !== undefined)
    pairs.push(draw.chance(0.9) ? ['Content-Length', String(body.length)] : ['Transfer-Encoding', 'chunked'])
  return pairs.flat()
}
