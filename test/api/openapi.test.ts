import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { endpoints } from '../../functions/api/endpoints.ts'
import { openApiDocument, openApiText } from '../../functions/api/openapi.ts'

const file = 'functions/api/openapi.json'
const document = openApiDocument(endpoints)

it('is committed as it would be written now ("npm run openapi" writes it)', () => {
  expect(readFileSync(file, 'utf8')).toBe(openApiText(endpoints))
})

it('has every endpoint of the table, and POST /events, under an operation id of its own', () => {
  const operations = Object.entries(document.paths ?? {}).flatMap(
    ([path, { get, post, patch, delete: del }]) =>
      Object.entries({ GET: get, POST: post, PATCH: patch, DELETE: del }).flatMap(([method, operation]) =>
        operation === undefined ? [] : [[`${method} ${path}`, operation.operationId]],
      ),
  )
  const expected = endpoints.map(({ method, path, operationId }) => [`${method} ${path}`, operationId])
  expect(operations.toSorted()).toEqual([...expected, ['POST /events', 'postEvents']].toSorted())
  expect(new Set(operations.map(([, id]) => id)).size).toBe(operations.length)
})

it('describes every tag and every parameter', () => {
  const known = document.tags?.map(({ name }) => name)
  expect(known).toEqual(expect.arrayContaining(endpoints.map(({ tag }) => tag)))
  const undescribed = endpoints.flatMap(({ operationId, query }) =>
    Object.entries(query?.shape ?? {})
      .filter(([, schema]) => schema.meta()?.description === undefined)
      .map(([name]) => `${operationId} ${name}`),
  )
  expect(undescribed).toEqual([])
})

it('lints clean, its examples included', async () => {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['node_modules/@redocly/cli/bin/cli.js', 'lint', file, '--config=redocly.yaml', '--format=json'],
    { env },
  )
  expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] })
})
